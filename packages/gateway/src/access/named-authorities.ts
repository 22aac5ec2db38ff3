import { fingerprint, isCertificate, type PlainKey, parsePublicKey } from '@sallyport/ssh/keys'

/** An authority of somebody else's, whose certificates prove the user whose login name they bear. */
export interface NamedAuthority {
  /** As the configuration calls it. */
  readonly name: string
  readonly key: PlainKey
  /** `SHA256:…` */
  readonly fingerprint: string
}

type Setting = Readonly<Record<string, { readonly key: string }>>

/** The authorities of `ssh.user_authorities` as it is now; each value of the setting is read once. */
export function namedAuthorities(setting: () => Setting): () => readonly NamedAuthority[] {
  let read: { readonly setting: Setting; readonly authorities: readonly NamedAuthority[] } | undefined
  return () => {
    const now = setting()
    if (read?.setting !== now) read = { setting: now, authorities: authoritiesOf(now) }
    return read.authorities
  }
}

function authoritiesOf(setting: Setting): readonly NamedAuthority[] {
  return Object.entries(setting).flatMap(([name, { key: line }]) => {
    const { key } = parsePublicKey(line)
    return isCertificate(key) ? [] : [{ name, key, fingerprint: fingerprint(key) }]
  })
}
