/** A compression algorithm by its name in KEXINIT, RFC 4253 §6.2. */
export interface CompressionEntry {
  readonly name: string
  /** Payloads go through unchanged. */
  readonly identity: true
}

/**
 * Only `none`. Compression of secrets beside chosen text leaks, and inflating is a way to grow packets past their limit; an
 * entry for `zlib@openssh.com` would bring its own bound. `zlib`, which inflates for strangers, stays out for good.
 */
export const compressions: ReadonlyMap<string, CompressionEntry> = new Map([['none', { name: 'none', identity: true }]])
