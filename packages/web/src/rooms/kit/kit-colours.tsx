import { KitPart } from './kit-part.tsx'

const COLOURS = [
  ['ground', 'bg-ground'],
  ['surface', 'bg-surface'],
  ['sunk', 'bg-sunk'],
  ['float', 'bg-float'],
  ['hover', 'bg-hover'],
  ['rule', 'bg-rule'],
  ['rule-2', 'bg-rule-2'],
  ['edge', 'bg-edge'],
  ['ink', 'bg-ink'],
  ['ink-2', 'bg-ink-2'],
  ['ink-3', 'bg-ink-3'],
  ['accent', 'bg-accent'],
  ['accent-fill', 'bg-accent-fill'],
  ['accent-tint', 'bg-accent-tint'],
  ['accent-edge', 'bg-accent-edge'],
  ['caution', 'bg-caution'],
  ['caution-tint', 'bg-caution-tint'],
  ['caution-edge', 'bg-caution-edge'],
  ['stop', 'bg-stop'],
  ['stop-fill', 'bg-stop-fill'],
  ['stop-tint', 'bg-stop-tint'],
  ['stop-edge', 'bg-stop-edge'],
  ['focus', 'bg-focus'],
  ['mark-text', 'bg-mark-text'],
] as const

export function KitColours() {
  return (
    <KitPart title="Colour" span={12}>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(5.75rem,1fr))] gap-x-3.5 gap-y-2.5">
        {COLOURS.map(([name, ground]) => (
          <li key={name}>
            <i className={`mb-[3px] block h-[34px] rounded-chip shadow-[inset_0_0_0_1px_var(--rule-2)] ${ground}`} />
            <span className="font-mono text-[0.6875rem] text-ink-2">{name}</span>
          </li>
        ))}
      </ul>
    </KitPart>
  )
}
