import { acceptedPrincipals } from '@sallyport/identity'
import type { Target } from '@sallyport/model'
import { type Certificate, formatPublicKey, type PlainKey } from '@sallyport/ssh/keys'

/** What a target needs to believe our certificates, and to be believed: files, and what to run after. */
export interface Enrolment {
  readonly target: string
  readonly files: readonly { readonly path: string; readonly mode: string; readonly text: string }[]
  readonly commands: readonly string[]
  /** The same as one shell script for root. */
  readonly script: string
}

export interface EnrolmentFacts {
  readonly target: Pick<Target, 'name' | 'tags'>
  /** Every user authority that is believed: the active one and those before it. */
  readonly authorities: readonly PlainKey[]
  readonly revocationList: Uint8Array
  /** Where the list can be fetched from then on; undefined where nothing serves it. */
  readonly revocationUrl?: string
  readonly hostCertificate?: Certificate
}

const CONFIG = '/etc/ssh/sshd_config.d/50-sallyport.conf'
const AUTHORITIES = '/etc/ssh/sallyport_user_ca.pub'
const REVOKED = '/etc/ssh/sallyport_revoked_keys'
/** Superusers' logins: what the policy grants to `nonroot` is not for them. */
const SUPERUSERS = 'root,toor'

/** Files for an OpenSSH server of version 8.2 or later, which includes sshd_config.d. */
export function enrolment({
  target,
  authorities,
  revocationList,
  revocationUrl,
  hostCertificate,
}: EnrolmentFacts): Enrolment {
  const hostFile = hostCertificate === undefined ? undefined : hostCertificatePath(hostCertificate)
  const texts = [
    {
      path: AUTHORITIES,
      mode: '644',
      text: authorities.map((key) => `${formatPublicKey(key, 'sallyport user CA')}\n`).join(''),
    },
    ...(hostCertificate === undefined || hostFile === undefined
      ? []
      : [{ path: hostFile, mode: '644', text: `${formatPublicKey(hostCertificate, target.name)}\n` }]),
    { path: CONFIG, mode: '644', text: sshdConfig(target, hostFile) },
  ]
  const revoked = Buffer.from(revocationList).toString('base64')
  const commands = [
    `printf %s ${revoked} | base64 -d > ${REVOKED}.new && mv ${REVOKED}.new ${REVOKED}`,
    // Before the reload: a mistake must not lock anybody out.
    'sshd -t || /usr/sbin/sshd -t',
    'systemctl reload ssh || systemctl reload sshd || kill -HUP "$(cat /run/sshd.pid)"',
  ]
  return { target: target.name, files: texts, commands, script: script(target.name, texts, commands, revocationUrl) }
}

/** Accepts certificates of ours for the logins that the policy grants on this very target, and nothing else of ours. */
function sshdConfig(target: Pick<Target, 'name' | 'tags'>, hostCertificate: string | undefined): string {
  const principals = (nonroot: boolean) => acceptedPrincipals('%u', target, { nonroot }).join(' ')
  const command = (nonroot: boolean) => `AuthorizedPrincipalsCommand /usr/bin/printf %%s\\n ${principals(nonroot)}`
  return [
    `# Written by "sallyport target enrol ${target.name}": run it again after tags change.`,
    `TrustedUserCAKeys ${AUTHORITIES}`,
    `RevokedKeys ${REVOKED}`,
    ...(hostCertificate === undefined ? [] : [`HostCertificate ${hostCertificate}`]),
    'AuthorizedPrincipalsCommandUser nobody',
    `Match User ${SUPERUSERS}`,
    `  ${command(false)}`,
    'Match all',
    `  ${command(true)}`,
    '',
  ].join('\n')
}

/** Beside the key it certifies, where ssh-keygen would put it. */
function hostCertificatePath({ key }: Certificate): string {
  const kind = key.type === 'ssh-ed25519' ? 'ed25519' : key.type === 'ssh-rsa' ? 'rsa' : 'ecdsa'
  return `/etc/ssh/ssh_host_${kind}_key-cert.pub`
}

/** How a timer keeps the revocation list fresh: a list that does not arrive or cannot be read leaves the old one in force. */
function refreshing(url: string | undefined): readonly string[] {
  if (url === undefined) return []
  const fetched = `curl -fsS -o ${REVOKED}.new ${url} && ssh-keygen -Qlf ${REVOKED}.new >/dev/null`
  return [
    '# To hear of revocations without running this again, let root do this every few minutes (cron, or a systemd timer);',
    '# while the gateway’s own certificate is self-signed, with --cacert and a copy of tls/certificate.pem of its state:',
    `#   ${fetched} && mv ${REVOKED}.new ${REVOKED}`,
  ]
}

function script(name: string, files: Enrolment['files'], commands: readonly string[], url: string | undefined): string {
  const writes = files.map(
    ({ path, mode, text }) => `cat > ${path} <<'SALLYPORT_END'\n${text}SALLYPORT_END\nchmod ${mode} ${path}`,
  )
  return [
    '#!/bin/sh',
    `# Makes ${name} believe certificates of this gateway. Run as root on ${name}.`,
    'set -eu',
    ...writes,
    ...commands,
    ...refreshing(url),
    '',
  ].join('\n')
}
