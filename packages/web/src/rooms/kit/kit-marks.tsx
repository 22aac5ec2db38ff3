import { Mark } from '../../ui/mark.tsx'
import { MARKS, type MarkName } from '../../ui/marks.tsx'
import { KitPart } from './kit-part.tsx'

const NAMES = Object.keys(MARKS) as MarkName[]

export function KitMarks() {
  return (
    <KitPart title="Marks" span={12}>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(5.75rem,1fr))] gap-x-3.5 gap-y-3">
        {NAMES.map((name) => (
          <li key={name} className="flex items-center gap-2 text-xs text-ink-2">
            <Mark name={name} />
            <span className="mono">{name}</span>
          </li>
        ))}
      </ul>
    </KitPart>
  )
}
