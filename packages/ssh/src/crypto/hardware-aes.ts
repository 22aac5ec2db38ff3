/**
 * Whether the processor has AES instructions, from the text of Linux's /proc/cpuinfo (`flags` on x86, `Features` on
 * ARM). An unknown text means no: then the peer's own preference decides, which is never wrong, only slower.
 */
export function hasHardwareAes(cpuInfo: string): boolean {
  return /^(?:flags|Features)\s*:.*\baes\b/m.test(cpuInfo)
}
