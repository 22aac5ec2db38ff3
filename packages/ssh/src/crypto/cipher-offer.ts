/**
 * Which ciphers come first, by what they cost on this machine. The client's first choice that the server has wins
 * (RFC 4253 §7.1), and OpenSSH's clients put chacha20-poly1305 first, which takes two to three times as much CPU as
 * AES-GCM where the processor has AES instructions, and less where it has none.
 */

/**
 * What a server offers a client whose KEXINIT it has seen: with hardware AES, only AES-GCM to one that knows it, and all
 * of `ours` to any other. A client never loses its last common cipher by this.
 */
export function cipherOffer(
  ours: readonly string[],
  client: readonly string[],
  hardwareAes: boolean,
): readonly string[] {
  if (!hardwareAes) return ours
  const gcm = ours.filter(isAesGcm)
  return gcm.some((name) => client.includes(name)) ? gcm : ours
}

/** `ours` in the order that a client on this machine should prefer: without hardware AES, chacha20-poly1305 first. */
export function cipherPreference(ours: readonly string[], hardwareAes: boolean): readonly string[] {
  return hardwareAes ? ours : [...ours.filter(isChaCha20), ...ours.filter((name) => !isChaCha20(name))]
}

function isAesGcm(name: string): boolean {
  return /^aes\d+-gcm@/.test(name)
}

function isChaCha20(name: string): boolean {
  return name.startsWith('chacha20-')
}
