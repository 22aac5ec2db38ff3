import { openApi } from '@sallyport/api/openapi'
import type { Handlers } from './handlers.ts'
import type { Services } from './services.ts'

/** How old the list that strangers get may be, in milliseconds: however often they ask, it is made no more often. */
const KRL_AGE_MAX_MS = 2000

/** What anybody may fetch: the revocation list, and what the API is. */
export function publicHandlers({
  certificates,
  version,
  monotonic,
}: Services): Pick<Handlers, 'krl.download' | 'api.openapi'> {
  let list: { readonly made: number; readonly bytes: Promise<Uint8Array<ArrayBuffer>> } | undefined
  let description: Record<string, unknown> | undefined
  return {
    'krl.download'() {
      if (list === undefined || monotonic() - list.made > KRL_AGE_MAX_MS) {
        const bytes = certificates.revocationList().then((made) => new Uint8Array(made))
        const next = { made: monotonic(), bytes }
        list = next
        bytes.catch(() => {
          if (list === next) list = undefined
        })
      }
      return list.bytes
    },
    'api.openapi': () => (description ??= openApi(version)),
  }
}
