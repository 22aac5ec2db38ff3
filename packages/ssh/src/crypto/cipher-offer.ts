/**
 * Which ciphers a server offers to one client. The client's first choice that the server has wins (RFC 4253 §7.1), and
 * OpenSSH's clients put chacha20-poly1305 first, which costs two to three times as much CPU as AES-GCM where the
 * processor has AES instructions. A server that holds its KEXINIT back until it has seen the client's can leave out
 * everything but AES-GCM, and only for clients that know it.
 */

/** What is known of the client, and of this machine. */
export interface CipherOfferFacts {
  /** The profile's list for this direction. */
  readonly offered: readonly string[]
  /** The client's identification line without CR LF. */
  readonly peerIdentification: string
  /** The client's list for this direction, if its KEXINIT has come. */
  readonly peerCiphers?: readonly string[] | undefined
  readonly hardwareAes: boolean
}

/** The ciphers to offer; always one that the client knows, if `offered` has one. */
export function cipherOffer(facts: CipherOfferFacts): readonly string[] {
  const { offered, peerIdentification, peerCiphers, hardwareAes } = facts
  if (!hardwareAes || peerCiphers === undefined || hasFlawedGcm(peerIdentification)) return offered
  const gcm = offered.filter(isAesGcm)
  return gcm.some((name) => peerCiphers.includes(name)) ? gcm : offered
}

/**
 * Whether the server should wait for the client's KEXINIT before it sends its own. Only for OpenSSH's clients: they
 * send theirs at once, while a scanner may wait for the server's. The wait needs a deadline all the same.
 */
export function waitsForPeerCiphers(facts: Omit<CipherOfferFacts, 'peerCiphers'>): boolean {
  const { offered, peerIdentification, hardwareAes } = facts
  if (!hardwareAes || hasFlawedGcm(peerIdentification)) return false
  return isOpenSsh(peerIdentification) && offered.some(isAesGcm) && !offered.every(isAesGcm)
}

function isAesGcm(name: string): boolean {
  return /^aes\d+-gcm@/.test(name)
}

function isOpenSsh(identification: string): boolean {
  return /^SSH-2\.0-OpenSSH_/.test(identification)
}

/** OpenSSH 6.2 and 6.3 corrupt memory with AES-GCM (CVE-2013-4548): they may choose it, but are not made to. */
function hasFlawedGcm(identification: string): boolean {
  return /^SSH-2\.0-OpenSSH_6\.[23]\D?/.test(identification)
}
