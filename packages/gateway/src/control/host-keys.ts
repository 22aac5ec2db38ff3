import { ApiError, type ApiErrorName, type HeldHostKey } from '@sallyport/api'
import { type HeldHostKey as Held, RingError, type RingRefusal } from '../state/host-key-ring.ts'
import type { Handlers } from './handlers.ts'
import { recordAct, type Services } from './services.ts'

const REFUSALS: Readonly<Record<RingRefusal, readonly [ApiErrorName, message: string, fix: string]>> = {
  'not-found': ['host-key.not-found', 'there is no such host key', 'sallyport host-key ls'],
  exists: ['host-key.in-use', 'a new key of this type waits already', 'promote it, or retire it first'],
  'former-left': ['host-key.in-use', 'the key before the active one is still there', 'retire it first'],
  'not-next': ['host-key.in-use', 'only a new key that waits can be promoted', 'sallyport host-key rotate'],
  active: ['host-key.in-use', 'clients are shown this key', 'sallyport host-key rotate, then promote the new one'],
}

/** The rotation of the gateway's own host keys: made and announced, promoted, and the one before retired. */
export function hostKeyHandlers(services: Services): Pick<Handlers, `host-key.${string}` & keyof Handlers> {
  const { hostKeyRing: ring, hostCertificates } = services
  return {
    'host-key.list': () => ({ host_keys: ring.held.map(shown) }),

    async 'host-key.rotate'({ type }, { actor }) {
      const made = attempt(() => ring.add(type))
      const { fingerprint } = made
      await recordAct(services, { type: 'host-key-created', actor, keyType: made.key.publicKey.type, fingerprint })
      return shown(made)
    },

    async 'host-key.promote'({ host_key }, { actor }) {
      const { promoted, former } = attempt(() => ring.promote(host_key))
      const { fingerprint } = promoted
      await recordAct(services, {
        type: 'host-key-promoted',
        actor,
        keyType: promoted.key.publicKey.type,
        fingerprint,
        ...(former === undefined ? {} : { former: former.fingerprint }),
      })
      await hostCertificates.ensure()
      return shown(promoted)
    },

    async 'host-key.retire'({ host_key }, { actor }) {
      const gone = attempt(() => ring.retire(host_key))
      const { fingerprint } = gone
      await recordAct(services, { type: 'host-key-removed', actor, keyType: gone.key.publicKey.type, fingerprint })
      return shown(gone)
    },
  }
}

function attempt<T>(step: () => T): T {
  try {
    return step()
  } catch (cause) {
    if (!(cause instanceof RingError)) throw cause
    const [reason, message, fix] = REFUSALS[cause.refusal]
    throw new ApiError(reason, message, { fix, cause })
  }
}

function shown({ key, fingerprint, line, state }: Held): HeldHostKey {
  return { type: key.publicKey.type, fingerprint, line, state }
}
