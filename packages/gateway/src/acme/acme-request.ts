import { request } from 'node:https'

/** Longest answer that is read, in bytes: a chain of certificates is a few thousand. */
const ANSWER_MAX_BYTES = 1024 * 1024
const TIMEOUT_MS = 30_000

export interface AcmeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export type AcmeRequest = (
  url: string,
  options: { readonly method: string; readonly body?: string },
) => Promise<AcmeAnswer>

/** Speaks HTTPS to an ACME server and to nothing else; `ca` in PEM instead of the system's authorities. */
export function acmeRequest(ca: string | undefined, signal: AbortSignal): AcmeRequest {
  return (url, { method, body }) =>
    new Promise((resolve, reject) => {
      if (!URL.canParse(url) || !url.startsWith('https://')) {
        reject(new Error('the ACME server names an address that is not https'))
        return
      }
      const headers = {
        'user-agent': 'sallyport',
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/jose+json', 'content-length': Buffer.byteLength(body) }),
      }
      const timed = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
      const asked = request(url, { method, headers, signal: timed, agent: false, ...(ca === undefined ? {} : { ca }) })
      asked.on('error', reject)
      asked.on('response', (response) => {
        const chunks: Buffer[] = []
        let length = 0
        response.on('error', reject)
        response.on('data', (chunk: Buffer) => {
          length += chunk.length
          if (length > ANSWER_MAX_BYTES) response.destroy(new Error('the ACME server’s answer is too long'))
          else chunks.push(chunk)
        })
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      })
      asked.end(body)
    })
}
