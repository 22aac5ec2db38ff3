import {
  type Certificate as ApiCertificate,
  ApiError,
  type IssuedCertificate as ApiIssuedCertificate,
} from '@sallyport/api'
import {
  type Certificate,
  decodePlainKey,
  fingerprint,
  formatPublicKey,
  isCertificate,
  isPrincipal,
  type PlainKey,
  parsePublicKey,
} from '@sallyport/ssh/keys'
import { type IssuedCertificate, StoreError } from '@sallyport/store'
import { enrolment } from '../authority/enrolment.ts'
import { waysIn } from '../sign-in/ways-in.ts'
import type { Handlers } from './handlers.ts'
import { requireRank } from './rank.ts'
import { type Services, timeText } from './services.ts'
import { findUser, plain } from './users.ts'

type CertificateRoute = (`certificate.${string}` | 'key.revoke' | 'user.invite' | 'target.enrol') & keyof Handlers

/** `cert …` of everybody, and what hands out ways in. */
export function certificateHandlers(services: Services): Pick<Handlers, CertificateRoute> {
  const { certificates, store, roster, links, now } = services

  return {
    async 'certificate.list'({ user, valid, limit }) {
      const filter = {
        limit,
        ...(user === undefined ? {} : { userId: findUser(services, user).id }),
        ...(valid ? { validAt: Math.floor(now() / 1000) } : {}),
      }
      return { certificates: (await store.certificates.list(filter)).map(shownCertificate) }
    },

    async 'certificate.revoke'({ serial, user, reason }, { actor }) {
      if ((serial === undefined) === (user === undefined)) {
        throw new ApiError('request.invalid', 'name either a serial number or a user')
      }
      if (serial !== undefined && (await store.certificates.get(serial)) === undefined) {
        throw new ApiError('certificate.not-found', `no certificate has the serial number ${serial}`)
      }
      const which = serial === undefined ? { userId: findUser(services, user ?? '').id } : { serial }
      const revoked = await certificates.revoke(which, { actor, reason })
      await roster.refresh()
      return { revoked: [...revoked] }
    },

    async 'key.revoke'({ public_key, reason }, { actor }) {
      const key = readPlainKey(public_key)
      await certificates.revokeKey(key, { actor, reason }).catch((cause: unknown) => {
        if (cause instanceof StoreError && cause.code === 'already-exists')
          throw new ApiError('key.revoked', 'this key is revoked already', { cause })
        throw cause
      })
      await roster.refresh()
      return { fingerprint: fingerprint(key), revoked_at: timeText(now()) }
    },

    async 'user.invite'({ user: selector }, caller) {
      const user = findUser(services, selector)
      requireRank(caller, user)
      const { actor } = caller
      // Also who signs in with a password or at a provider has an account that a link takes over.
      const ways = await waysIn(store, user, { passwords: true, declared: () => true })
      const purpose = ways.length === 0 ? 'invite' : 'recover'
      const { url, expiresAt } = await links.makeLink(user, actor, purpose)
      return { url, user: user.name, purpose, expires_at: timeText(expiresAt) }
    },

    async 'target.enrol'({ target: selector, host_key, names }, { actor }) {
      const target = roster.current.targetsByName.get(selector)
      if (target === undefined) {
        throw new ApiError('target.not-found', `there is no target “${plain(selector)}”`, {
          fix: 'sallyport target ls',
        })
      }
      for (const name of names) {
        if (!isPrincipal(name, 'host')) throw new ApiError('request.invalid', `“${plain(name)}” is no host name`)
      }
      const line = host_key ?? target.hostKeys.find((each) => each.startsWith('ssh-ed25519 ')) ?? target.hostKeys[0]
      const hostNames = [target.name, target.address, ...names]
      const hostCertificate =
        line === undefined
          ? undefined
          : await certificates.issueHost({ actor, subject: target.name, key: readPlainKey(line), names: hostNames })
      const believed = (await certificates.authorities()).filter(
        ({ kind, state }) => kind === 'user' && state !== 'retired',
      )
      const made = enrolment({
        target,
        authorities: believed.map(({ publicKey }) => decodePlainKey(publicKey)),
        revocationList: await certificates.revocationList(),
        ...(services.config.current.listen.https.length === 0 ? {} : { revocationUrl: `${services.origin()}/v1/krl` }),
        ...(hostCertificate === undefined ? {} : { hostCertificate }),
      })
      return { ...made, files: [...made.files], commands: [...made.commands] }
    },
  }
}

/** One line of a plain public key. Throws ApiError `key.invalid`. */
export function readPlainKey(line: string): PlainKey {
  try {
    const { key } = parsePublicKey(line)
    if (!isCertificate(key)) return key
  } catch (cause) {
    throw new ApiError('key.invalid', 'this is no public key that can be used', {
      why: (cause as Error).message,
      fix: 'give one line of a .pub file, as ssh-keygen writes it',
      cause,
    })
  }
  throw new ApiError('key.invalid', 'this is a certificate, not a key', { fix: 'give the key itself: its .pub file' })
}

export function shownCertificate(certificate: IssuedCertificate): ApiCertificate {
  const { serial, kind, subject, fingerprint: print, principals, revoked } = certificate
  return {
    serial,
    kind,
    subject,
    fingerprint: print,
    principals: [...principals],
    valid_after: timeText(certificate.validAfter * 1000),
    valid_before: timeText(certificate.validBefore * 1000),
    issued_at: timeText(certificate.issuedAt),
    revoked: revoked === undefined ? null : { ...revoked, at: timeText(revoked.at) },
  }
}

/** A certificate that was signed just now, with its row. */
export function shownIssued(row: IssuedCertificate, certificate: Certificate): ApiIssuedCertificate {
  return { ...shownCertificate(row), line: formatPublicKey(certificate, `sallyport ${row.subject}`) }
}
