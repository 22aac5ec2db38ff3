import { Mono } from '../../ui/mono.tsx'
import { KitPart } from './kit-part.tsx'

export function KitType() {
  return (
    <KitPart title="Type">
      <div className="grid gap-2">
        <p className="text-2xl font-head tracking-door">Approve this login?</p>
        <p className="text-xl font-head tracking-title">Live sessions</p>
        <p className="text-lg">
          Someone holding your SSH key wants <Mono>root@db-1</Mono>
        </p>
        <p className="text-md">Version 212 is in force since 09:40</p>
        <p>
          Tables, navigation, controls, <Mono>10.20.4.11:22</Mono>
        </p>
        <p className="text-xs text-ink-3">Captions and table heads, the smallest</p>
      </div>
    </KitPart>
  )
}
