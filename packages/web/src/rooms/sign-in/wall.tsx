import { ARCH, CLEAR, DOOR, GROUND, JOINTS, LEAF } from './wall-lines.ts'

/** A wall, and low in it, off centre, one small arched door, ajar. */
export function Wall() {
  return (
    <svg
      viewBox="0 0 830 900"
      preserveAspectRatio="xMaxYMax slice"
      aria-hidden
      className="absolute inset-0 size-full [forced-color-adjust:none]"
    >
      <path className="fill-none stroke-rule stroke-[1.25]" d={JOINTS} />
      <path className="fill-ground" d={CLEAR} />
      <path className="fill-none stroke-rule-2 stroke-[1.25]" d={ARCH} />
      <path className="fill-accent-fill" d={DOOR} />
      <path className="fill-accent-press" d={LEAF} />
      <path className="fill-none stroke-rule-2 stroke-[1.5]" d={GROUND} />
    </svg>
  )
}
