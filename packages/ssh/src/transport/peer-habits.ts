/**
 * Clients that send their KEXINIT without waiting for the server's, by the beginning of their software version: checked in
 * their sources. For them the server may hold its own back until it knows the client's list. ssh-keyscan calls itself
 * `OpenSSH-keyscan`; it has no strict key exchange, so it must not be offered what only goes with that.
 */
const SENDS_KEXINIT_FIRST = ['OpenSSH_', 'OpenSSH-keyscan', 'libssh_', 'libssh-', 'AsyncSSH_', 'paramiko_', 'dropbear_']

/** Whether a client with this identification is known to send its KEXINIT first. */
export function sendsKexInitFirst(identification: string): boolean {
  const software = identification.slice(identification.indexOf('-', 'SSH-'.length) + 1)
  return SENDS_KEXINIT_FIRST.some((prefix) => software.startsWith(prefix))
}
