import { rmSync } from 'node:fs'
import type { ApiClient } from '@sallyport/api'
import { connectAgent } from '@sallyport/ssh'
import {
  type Certificate,
  decodePrivateKey,
  encodePrivateKey,
  formatPublicKey,
  generatePrivateKey,
  type PrivateKey,
  type PublicKey,
  samePublicKey,
} from '@sallyport/ssh/keys'
import { CommandError } from '../command-error.ts'
import { readIfThere, writePrivate } from '../remote/private-files.ts'
import type { ProfilePaths } from '../remote/profiles.ts'
import { parseCertificate, secondsLeft } from './saved-certificate.ts'

/** An agent that waits for its user longer than this does not take keys, in milliseconds. */
const AGENT_DEADLINE_MS = 10_000

export interface RenewOptions {
  readonly paths: ProfilePaths
  /** Socket of the ssh-agent; undefined: the key goes into a file. */
  readonly agent: string | undefined
  /** What it is called in the agent and in files: `alice@gw.example.com`. */
  readonly comment: string
  readonly seconds?: number
  /**
   * Whether the one before goes on to work until it ends: some ssh may have read it and not signed with it yet. An agent keeps
   * its key then, and a key in a file is certified again.
   */
  readonly keepFormer: boolean
  readonly signal: AbortSignal
}

/** A certificate that is in place. */
export interface InstalledCertificate {
  readonly certificate: Certificate
  readonly where: 'agent' | 'files'
  /** How far this machine's clock is ahead of the gateway's, in milliseconds; negative: behind. */
  readonly aheadMs: number
}

/**
 * A new ed25519 key and a certificate for it. An agent holds both no longer than the certificate is valid, and the private
 * key is written nowhere then; the certificate is kept as a file in any case, for `CertificateFile` of ssh. The keys before
 * it are forgotten, unless they are to be kept.
 */
export async function renewCertificate(api: ApiClient, options: RenewOptions): Promise<InstalledCertificate> {
  const { paths, agent, comment, seconds, keepFormer, signal } = options
  const key = (keepFormer && agent === undefined ? keyIn(paths.key) : undefined) ?? generatePrivateKey('ssh-ed25519')
  const publicLine = formatPublicKey(key.publicKey, comment)
  const asked = { public_key: publicLine, ...(seconds === undefined ? {} : { seconds }) }
  const { line, issued_at } = await api.call('me.certificate-issue', asked, { signal })
  const certificate = parseCertificate('what the gateway signed', line)
  if (!samePublicKey(certificate.key, key.publicKey)) {
    throw new CommandError('server.untrusted', 'the gateway signed another key than the one it was given')
  }
  if (agent === undefined) writePrivate(paths.key, encodePrivateKey(key, { comment }))
  else {
    const before = heldBefore(paths)
    const kept = keepFormer ? before.filter((each) => secondsLeft(each) > 0) : []
    const gone = before.filter((each) => !kept.includes(each))
    // By the gateway's clock, which the certificate is made by: this machine's may be wrong.
    const lifetimeSeconds = Math.max(1, secondsLeft(certificate, Date.parse(issued_at)))
    await intoAgent(agent, key, certificate, { gone, lifetimeSeconds, comment, signal })
    writePrivate(paths.former, kept.map((each) => `${formatPublicKey(each)}\n`).join(''))
    rmSync(paths.key, { force: true })
  }
  writePrivate(paths.publicKey, `${publicLine}\n`)
  writePrivate(paths.certificate, `${formatPublicKey(certificate, comment)}\n`)
  return { certificate, where: agent === undefined ? 'files' : 'agent', aheadMs: Date.now() - Date.parse(issued_at) }
}

/** Takes the keys of a profile out of the agent. An agent that is gone holds nothing. */
export async function forgetKeys(agent: string | undefined, paths: ProfilePaths): Promise<void> {
  const held = heldBefore(paths)
  if (agent === undefined || held.length === 0) return
  try {
    await using client = await connectAgent(agent, { signal: AbortSignal.timeout(AGENT_DEADLINE_MS) })
    // One that has gone by itself must not keep the others.
    for (const old of withKeys(held)) await client.removeKey(old).catch(() => {})
  } catch {
    // said above
  }
}

/** Whether the private half of a certificate can be used: the agent has it, or it is in its file. */
export async function isUsable(
  agent: string | undefined,
  paths: ProfilePaths,
  certificate: Certificate,
): Promise<boolean> {
  // A sign-in that was cut short may have left the next key beside the certificate of the one before.
  const key = keyIn(paths.key)
  if (key !== undefined && samePublicKey(key.publicKey, certificate.key)) return true
  if (agent === undefined) return false
  try {
    await using client = await connectAgent(agent, { signal: AbortSignal.timeout(AGENT_DEADLINE_MS) })
    return (await client.identities()).some(({ key }) => samePublicKey(key, certificate))
  } catch {
    return false
  }
}

interface IntoAgent {
  /** What it takes the place of. */
  readonly gone: readonly Certificate[]
  readonly lifetimeSeconds: number
  readonly comment: string
  readonly signal: AbortSignal
}

async function intoAgent(
  path: string,
  key: PrivateKey,
  certificate: Certificate,
  { gone, lifetimeSeconds, comment, signal }: IntoAgent,
): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(AGENT_DEADLINE_MS)])
  try {
    await using client = await connectAgent(path, { signal: patience })
    await client.addKey(key, { comment, certificate, lifetimeSeconds, signal: patience })
    // The bare key too, as ssh-add does: ssh asks the agent for what IdentityFile names.
    await client.addKey(key, { comment, lifetimeSeconds, signal: patience })
    for (const old of withKeys(gone)) {
      await client.removeKey(old, { signal: patience }).catch(() => {}) // it has gone by itself
    }
  } catch (cause) {
    if (signal.aborted) throw cause
    throw new CommandError('agent.failed', 'the ssh-agent does not take the key', {
      why: (cause as Error).message,
      fix: 'look at what SSH_AUTH_SOCK names, or leave the agent out: sallyport login --no-agent',
      cause,
    })
  }
}

/** Each with its bare key. */
function withKeys(certificates: readonly Certificate[]): readonly PublicKey[] {
  return certificates.flatMap((each) => [each, each.key])
}

/** The certificate in place and those before it; what cannot be read is as good as none: it is replaced. */
function heldBefore(paths: ProfilePaths): readonly Certificate[] {
  const texts = [paths.certificate, paths.former].flatMap((path) => unlessUnreadable(() => readIfThere(path)) ?? [])
  const lines = texts.join('\n').split('\n')
  return lines.flatMap((line) => (line.trim() === '' ? [] : (unlessUnreadable(() => parseCertificate('', line)) ?? [])))
}

function keyIn(path: string): PrivateKey | undefined {
  return unlessUnreadable(() => {
    const text = readIfThere(path)
    return text === undefined ? undefined : decodePrivateKey(text)
  })
}

function unlessUnreadable<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
