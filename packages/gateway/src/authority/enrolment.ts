import { acceptedPrincipals } from '@sallyport/identity'
import type { Target } from '@sallyport/model'
import { SUPERUSERS } from '@sallyport/policy'
import { type Certificate, formatPublicKey, type PlainKey } from '@sallyport/ssh/keys'

/** What a target needs to believe our certificates, and to be believed: files, and what to run after. */
export interface Enrolment {
  readonly target: string
  readonly files: readonly { readonly path: string; readonly mode: string; readonly text: string }[]
  readonly commands: readonly string[]
  /** The same as one shell script for root, which takes it back where sshd would refuse or overlook it. */
  readonly script: string
}

export interface EnrolmentFacts {
  readonly target: Pick<Target, 'name' | 'tags'>
  /** Every user authority that is believed: the active one, those before it, and the next one. */
  readonly authorities: readonly PlainKey[]
  readonly revocationList: Uint8Array
  /** Where the list can be fetched from then on; undefined where nothing serves it. */
  readonly revocationUrl?: string
  readonly hostCertificate?: Certificate
}

const CONFIG = '/etc/ssh/sshd_config.d/50-sallyport.conf'
const AUTHORITIES = '/etc/ssh/sallyport_user_ca.pub'
const REVOKED = '/etc/ssh/sallyport_revoked_keys'

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
  return { target: target.name, files: texts, commands, script: script(target, texts, commands, revocationUrl) }
}

/** Accepts certificates of ours for the logins that the policy grants on this very target, and nothing else of ours. */
function sshdConfig(target: Pick<Target, 'name' | 'tags'>, hostCertificate: string | undefined): string {
  const superusers = SUPERUSERS.flatMap(spellings)
  const command = (nonroot: boolean) => `AuthorizedPrincipalsCommand ${principalsCommand(target, nonroot)}`
  return [
    `# Written by "sallyport target enrol ${target.name}": run it again after tags change.`,
    `TrustedUserCAKeys ${AUTHORITIES}`,
    `RevokedKeys ${REVOKED}`,
    ...(hostCertificate === undefined ? [] : [`HostCertificate ${hostCertificate}`]),
    'AuthorizedPrincipalsCommandUser nobody',
    `Match User ${superusers.join(',')}`,
    `  ${command(false)}`,
    // Not `Match all`: of two blocks that hold, sshd 9.2 heeds that one, even where it stands last.
    `Match User *,${superusers.map((name) => `!${name}`).join(',')}`,
    `  ${command(true)}`,
    '',
  ].join('\n')
}

/**
 * A name in every mixture of cases: macOS, and others with a directory service, take ROOT for root, while sshd compares what the
 * client wrote to the letter and its patterns have no classes of characters.
 */
function spellings(name: string): readonly string[] {
  const letters = name.split('').map((letter) => [...new Set([letter, letter.toUpperCase()])])
  return letters.reduce<readonly string[]>(
    (begun, each) => begun.flatMap((text) => each.map((next) => text + next)),
    [''],
  )
}

function principalsCommand(target: Pick<Target, 'name' | 'tags'>, nonroot: boolean): string {
  return `/usr/bin/printf %%s\\n ${acceptedPrincipals('%u', target, { nonroot }).join(' ')}`
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

/** What sshd makes of a login as root, once the file is in place. */
const SHOWN = 'sshd -T -C user=root,host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22'

/**
 * The file is put in its place only for as long as sshd takes it, and takes it for what it says: an sshd that would not start
 * again locks everybody out at the next boot, and one that reads another file believes nobody, or somebody else.
 */
function script(
  target: Pick<Target, 'name' | 'tags'>,
  files: Enrolment['files'],
  [revocation = '']: readonly string[],
  url: string | undefined,
): string {
  const writes = files.map(
    ({ path, mode, text }) => `cat > ${path} <<'SALLYPORT_END'\n${text}SALLYPORT_END\nchmod ${mode} ${path}`,
  )
  return [
    '#!/bin/sh',
    `# Makes ${target.name} believe certificates of this gateway. Run as root on ${target.name}.`,
    'set -eu',
    'PATH="$PATH:/usr/sbin:/usr/local/sbin"',
    'back() {',
    '  echo "sallyport: $1; sshd goes on as before" >&2',
    `  if [ -e ${CONFIG}.before ]; then mv -f ${CONFIG}.before ${CONFIG}; else rm -f ${CONFIG}; fi`,
    '  exit 1',
    '}',
    `if [ -e ${CONFIG} ]; then cp -p ${CONFIG} ${CONFIG}.before; else rm -f ${CONFIG}.before; fi`,
    ...writes,
    revocation,
    'sshd -t || back "sshd does not take the new configuration"',
    // Where sshd wants to know more of a connection before it answers, there is nothing to compare.
    `if shown=$(${SHOWN} 2>/dev/null); then`,
    `  for line in 'trustedusercakeys ${AUTHORITIES}' 'authorizedprincipalscommand ${principalsCommand(target, false)}'; do`,
    `    printf '%s\\n' "$shown" | grep -qFx "$line" ||`,
    `      back "/etc/ssh/sshd_config does not include sshd_config.d/*.conf, or sets the same before it"`,
    '  done',
    'fi',
    `rm -f ${CONFIG}.before`,
    '(systemctl reload ssh || systemctl reload sshd || kill -HUP "$(cat /run/sshd.pid)") 2>/dev/null || {',
    '  echo "sallyport: the files are in place, but sshd could not be told: reload it" >&2',
    '  exit 1',
    '}',
    ...refreshing(url),
    '',
  ].join('\n')
}
