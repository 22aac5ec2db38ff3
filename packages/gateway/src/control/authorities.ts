import { type Authority as ApiAuthority, ApiError } from '@sallyport/api'
import { decodePlainKey, decodeRevocationList, formatPublicKey } from '@sallyport/ssh/keys'
import { type Authority, StoreError } from '@sallyport/store'
import { GatewayError } from '../gateway-error.ts'
import type { Handlers } from './handlers.ts'
import { type Services, timeText } from './services.ts'
import { plain } from './users.ts'

/** Why a step of a rotation is not possible now. */
const REFUSALS = {
  exists: 'a new authority of this kind waits already',
  'not-next': 'only a new authority that waits can be promoted',
  active: 'this authority signs',
} as const

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
      const made = await certificates.rotate(kind, actor).catch(async (cause: unknown) => {
        const next = (await certificates.authorities()).find((each) => each.kind === kind && each.state === 'next')
        throw asRefusal(
          cause,
          'already-exists',
          'exists',
          `sallyport ca promote ${next?.id ?? 'ID'}, or retire it first`,
        )
      })
      await roster.refresh()
      return answer(made)
    },

    async 'ca.promote'({ authority: selector }, { actor }) {
      const known = await find(selector)
      const fix = `make one first: sallyport ca rotate ${known.kind}`
      if (known.state !== 'next') throw refusal('not-next', fix)
      const promoted = await certificates.promote(known, actor).catch((cause: unknown) => {
        throw cause instanceof GatewayError ? unusable(cause) : asRefusal(cause, 'not-found', 'not-next', fix)
      })
      await hostCertificates.ensure()
      return answer(promoted)
    },

    async 'ca.retire'({ authority: selector }, { actor }) {
      const { id, kind } = await find(selector)
      const retired = await certificates.retire(id, actor).catch((cause: unknown) => {
        throw asRefusal(cause, 'still-in-use', 'active', `sallyport ca rotate ${kind}, then promote the new one`)
      })
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

function refusal(why: keyof typeof REFUSALS, fix: string, cause?: unknown): ApiError {
  return new ApiError('authority.in-use', REFUSALS[why], { fix, cause })
}

/** What the store says, as a step that is not possible now; anything else as it is. */
function asRefusal(cause: unknown, code: StoreError['code'], why: keyof typeof REFUSALS, fix: string): unknown {
  return cause instanceof StoreError && cause.code === code ? refusal(why, fix, cause) : cause
}

/** An authority that has no key would be promoted to sign nothing. */
function unusable(cause: GatewayError): ApiError {
  return new ApiError('daemon.internal', cause.message, {
    ...(cause.why === undefined ? {} : { why: cause.why }),
    fix: 'nothing was changed; put its file back from a backup, or retire it and make another: sallyport ca rotate',
    cause,
  })
}

async function shownAuthorities(services: Services, authorities: readonly Authority[]): Promise<ApiAuthority[]> {
  const left = await targetsLeft(services)
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
 * Which targets are to be enrolled again because of an authority, as far as that is known: whoever is enrolled gets a host
 * certificate where a host key is known, and whether the script was run there as well nobody tells.
 */
async function targetsLeft({
  store,
  roster,
  hostKeyRing,
}: Services): Promise<(authority: Authority) => readonly string[]> {
  // Our own certificates are no enrolment of a target that is called as we are.
  const last = await store.certificates.lastOfHosts(hostKeyRing.held.map(({ fingerprint: print }) => print))
  const enrolled = [...roster.current.targetsByName.keys()].sort().flatMap((name) => {
    const certificate = last.get(name)
    return certificate === undefined ? [] : [{ name, ...certificate }]
  })
  return ({ id, kind, state, createdAt }) => {
    const signs = state === 'next' || state === 'active'
    if (signs !== (kind === 'user')) return []
    return enrolled
      .filter(({ authorityId, issuedAt }) => (kind === 'user' ? issuedAt <= createdAt : authorityId === id))
      .map(({ name }) => name)
  }
}
