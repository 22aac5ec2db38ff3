import { renderUnicodeCompact } from 'uqr'

/** A QR code of block characters, two rows of modules a line, with the border that readers need. */
export function qrText(text: string): string {
  return renderUnicodeCompact(text, { border: 2 })
}
