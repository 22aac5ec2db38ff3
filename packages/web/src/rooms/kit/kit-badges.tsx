import { StateBadge, type StateName } from '../../ui/state-badge.tsx'
import { KitPart } from './kit-part.tsx'

const MEANINGS: readonly (readonly [StateName, string])[] = [
  ['blind', 'end to end, content unknown'],
  ['inspected', 'the gateway is in the middle'],
  ['recorded', 'inspected, and kept'],
  ['check-due', 'a passkey will be asked'],
  ['pq', 'key exchange is post-quantum'],
  ['not-pq', 'and policy asks for it'],
  ['allowed', 'door open'],
  ['denied', 'door shut'],
  ['on-request', 'not yet yours'],
  ['live', 'happening now'],
  ['expired', 'over, and to be renewed'],
  ['disabled', 'may not come in'],
]

export function KitBadges() {
  return (
    <KitPart title="Badges" rule="A mark, then a word. Ground only where somebody has to act.">
      <dl>
        {MEANINGS.map(([state, meaning]) => (
          <div key={state} className="grid min-h-[26px] grid-cols-[7.5rem_minmax(0,1fr)] items-center">
            <dt>
              <StateBadge state={state} />
            </dt>
            <dd className="text-xs text-ink-3">{meaning}</dd>
          </div>
        ))}
      </dl>
    </KitPart>
  )
}
