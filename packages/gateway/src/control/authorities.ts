import { type Authority as ApiAuthority, ApiError, type ApiErrorName } from '@sallyport/api'
import { decodePlainKey, decodeRevocationList, formatPublicKey } from '@sallyport/ssh/keys'
import { type Authority, StoreError } from '@sallyport/store'
import { GatewayError } from '../gateway-error.ts'
import type { Handlers } from './handlers.ts'
import { type Services, timeText } from './services.ts'
import { plain } from './users.ts'

/** Why a step of a rotation is not possible now, in the order of the steps. */
const REFUSALS = {
  exists: [
    'authority.in-use',
    'a new authority of this kind waits already',
    'promote it, or retire it first: sallyport ca show',
  ],
  'not-next': ['authority.in-use', 'only a new authority that waits can be promoted', 'sallyport ca rotate'],
  active: ['authority.in-use', 'this authority signs', 'sallyport ca rotate, then promote the new one'],
} as const satisfies Record<string, readonly [ApiErrorName, message: string, fix: string]>

/** `ca …`: the authorities, and their rotation with an overlap: made and believed, promoted, and the one before retired. */
export function authorityHandlers(services: Services): Pick<Handlers, `ca.${string}` & keyof Handlers> {
  const { certificates, roster, hostCertificates } = services

  const find = async (selector: string): Promise<Authority> => {
    const known = (await certificates.authorities()).find(
      ({ id, fingerprint: print }) => id === selector || print === selector,
    )
    if (known !== undefined) return known
    throw new ApiError('authority.not-found', `there is no authority “${plain(selector)}”`, {
      fix: 'sallyport ca show',
    })
  }
  const answer = async (authority: Authority): Promise<ApiAuthority> => {
    const [shown] = await shownAuthorities(services, [authority])
    if (shown === undefined) throw new Error('an authority is shown as nothing')
    return shown
  }

  return {
    'ca.list': async () => ({ authorities: await shownAuthorities(services, await certificates.authorities()) }),

    async 'ca.rotate'({ kind }, { actor }) {
      const made = await certificates.rotate(kind, actor).catch(refusing('already-exists', 'exists'))
      await roster.refresh()
      return answer(made)
    },

    async 'ca.promote'({ authority: selector }, { actor }) {
      const known = await find(selector)
      if (known.state !== 'next') throw refusal('not-next')
      const promoted = await certificates.promote(known, actor).catch(unusable).catch(refusing('not-found', 'not-next'))
      await hostCertificates.ensure()
      return answer(promoted)
    },

    async 'ca.retire'({ authority: selector }, { actor }) {
      const { id } = await find(selector)
      const retired = await certificates.retire(id, actor).catch(refusing('still-in-use', 'active'))
      await roster.refresh()
      return answer(retired)
    },

    async 'ca.krl'() {
      const list = await certificates.revocationList()
      const { certificates: revoked, keys } = decodeRevocationList(list)
      const serials = revoked.reduce((sum, each) => sum + each.serials.length, 0)
      return { krl: list.toBase64(), serials, keys: keys.length }
    },
  }
}

function refusal(why: keyof typeof REFUSALS, cause?: unknown): ApiError {
  const [reason, message, fix] = REFUSALS[why]
  return new ApiError(reason, message, { fix, cause })
}

/** What the store says, as a step that is not possible now. */
function refusing(code: StoreError['code'], why: keyof typeof REFUSALS): (cause: unknown) => never {
  return (cause) => {
    throw cause instanceof StoreError && cause.code === code ? refusal(why, cause) : cause
  }
}

/** An authority that has no key would be promoted to sign nothing. */
function unusable(cause: unknown): never {
  if (!(cause instanceof GatewayError)) throw cause
  throw new ApiError('daemon.internal', cause.message, {
    ...(cause.why === undefined ? {} : { why: cause.why }),
    fix: 'nothing was changed; put its file back from a backup, or retire it and make another: sallyport ca rotate',
    cause,
  })
}

async function shownAuthorities(services: Services, authorities: readonly Authority[]): Promise<ApiAuthority[]> {
  const left = await targetsLeft(services, authorities)
  return authorities.map((authority) => {
    const { id, kind, state, fingerprint: print, publicKey, createdAt, retiredAt } = authority
    return {
      id,
      kind,
      state,
      fingerprint: print,
      created_at: timeText(createdAt),
      retired_at: retiredAt === undefined ? null : timeText(retiredAt),
      line: formatPublicKey(decodePlainKey(publicKey)),
      targets_left: [...left(authority)],
    }
  })
}

/**
 * Which targets an authority still waits for before its next step, as far as that is known: whoever is enrolled gets a host
 * certificate where a host key is known, and whether the script was run there as well nobody tells.
 */
async function targetsLeft(
  { store, roster, hostKeyRing }: Services,
  authorities: readonly Authority[],
): Promise<(authority: Authority) => readonly string[]> {
  const waits = ({ kind, state }: Authority) => state === (kind === 'user' ? 'next' : 'former')
  if (!authorities.some(waits)) return () => []
  // Our own certificates are no enrolment of a target that is called as we are.
  const last = await store.certificates.lastOfHosts(hostKeyRing.held.map(({ fingerprint: print }) => print))
  const names = [...roster.current.targetsByName.keys()].sort()
  return (authority) => {
    if (!waits(authority)) return []
    return names.filter((name) => {
      const enrolled = last.get(name)
      if (enrolled === undefined) return false
      return authority.kind === 'user'
        ? enrolled.issuedAt <= authority.createdAt
        : enrolled.authorityId === authority.id
    })
  }
}
