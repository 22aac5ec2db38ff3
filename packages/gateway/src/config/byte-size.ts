const UNIT_BYTES = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const

/** Bytes of `16MiB`, `512B`; `undefined` where the text is no size. */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d{1,6})(B|KiB|MiB|GiB|TiB)$/.exec(text)
  if (match === null) return undefined
  return Number(match[1]) * UNIT_BYTES[match[2] as keyof typeof UNIT_BYTES]
}

/** The largest unit that leaves a whole number: `1073741824` is `1GiB`. */
export function formatByteSize(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB'] as const)
    if (bytes >= UNIT_BYTES[unit] && bytes % UNIT_BYTES[unit] === 0) return `${bytes / UNIT_BYTES[unit]}${unit}`
  return `${bytes}B`
}
