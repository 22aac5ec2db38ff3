/** What a kind of SSH key is called by people; one that is new here by its own name. */
export function keyKind(type: string): string {
  const held = type.startsWith('sk-') || type.startsWith('webauthn-sk-') ? 'security key, ' : ''
  const known = KINDS.find(([part]) => type.includes(part))
  return known === undefined ? type : `${held}${known[1]}`
}

const KINDS: readonly (readonly [part: string, name: string])[] = [
  ['ed25519', 'Ed25519'],
  ['ecdsa-sha2-nistp256', 'ECDSA P-256'],
  ['ecdsa-sha2-nistp384', 'ECDSA P-384'],
  ['ecdsa-sha2-nistp521', 'ECDSA P-521'],
  ['rsa', 'RSA'],
]
