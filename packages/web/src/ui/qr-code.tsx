import { encode } from 'uqr'

/** Quiet zone around a code, in modules: ISO/IEC 18004 asks for four. */
const QUIET = 4

/** A QR code: always dark on light, as cameras want it. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  const full = size + 2 * QUIET
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : '')))
    .join('')
  return (
    <svg
      viewBox={`0 0 ${full} ${full}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
      className="size-48 max-w-full rounded-control border border-rule [forced-color-adjust:none]"
    >
      <rect width={full} height={full} fill="#ffffff" />
      <path d={path} fill="#101513" />
    </svg>
  )
}
