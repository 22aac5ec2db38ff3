import type { DoctorCheck } from '@sallyport/api'
import { certificateNames, publicHost } from '../http/public-origin.ts'
import { namesAll } from '../http/tls-certificate.ts'
import { counted } from './counted.ts'
import { type Services, timeText } from './services.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** Life left below which somebody should look: a self-signed certificate is made anew, and others should have been. */
const LOW_MS = 14 * DAY_MS

/** How the HTTPS door's certificate stands; nothing where the door is not open. */
export function tlsCheck({ tls: doorOf, config, now }: Pick<Services, 'tls' | 'config' | 'now'>): DoctorCheck[] {
  const door = doorOf()
  if (door === undefined) return []
  const { tls, acme } = door
  const at = now()
  const { https } = config.current
  const wanted = tls.selfSigned
    ? certificateNames(config.current)
    : [...new Set([publicHost(config.current), ...(https.acme?.names ?? [])])]
  const missing = wanted.filter((name) => !namesAll(tls, [name]))
  // A certificate of a few days is no worse for being short: it counts what part is left.
  const low = Math.min(LOW_MS, (tls.notAfter - tls.notBefore) / 5)
  const left = tls.notAfter - at
  const failed = acme?.lastFailure
  const facts = [
    tls.selfSigned ? 'self-signed' : https.acme === undefined ? 'from files' : 'by ACME',
    left <= 0 ? `over since ${timeText(tls.notAfter)}` : `${counted(Math.floor(left / DAY_MS), 'day')} left`,
    ...(at < tls.notBefore ? [`not valid before ${timeText(tls.notBefore)}: is the clock right?`] : []),
    ...(missing.length === 0 ? [] : [`not for ${missing.join(', ')}`]),
    ...(failed === undefined
      ? []
      : [`tries that failed: ${acme?.failures}, the last at ${timeText(failed.at)}: ${failed.reason}`]),
  ]
  const status =
    left <= 0 || at < tls.notBefore
      ? 'fail'
      : left < low || missing.length > 0 || failed !== undefined || (tls.selfSigned && https.acme !== undefined)
        ? 'warn'
        : 'ok'
  const fix =
    https.acme === undefined
      ? 'give the door another one: https.certificate and https.key, or https.acme; then restart'
      : 'make the names lead here, and let the ACME server in by the challenge of https.acme; it is tried again by itself'
  return [
    {
      id: 'tls',
      title: 'the certificate of the HTTPS door',
      status,
      detail: facts.join('; '),
      fix: status === 'ok' ? null : fix,
    },
  ]
}
