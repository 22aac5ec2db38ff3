import { Page } from '../../frame/page.tsx'
import { KitBadges } from './kit-badges.tsx'
import { KitButtons } from './kit-buttons.tsx'
import { KitColours } from './kit-colours.tsx'
import { KitDialog } from './kit-dialog.tsx'
import { KitFacts } from './kit-facts.tsx'
import { KitFields } from './kit-fields.tsx'
import { KitFigures } from './kit-figures.tsx'
import { KitMarks } from './kit-marks.tsx'
import { KitNotices } from './kit-notices.tsx'
import { KitSplit } from './kit-split.tsx'
import { KitStates } from './kit-states.tsx'
import { KitTable } from './kit-table.tsx'
import { KitType } from './kit-type.tsx'

/** Every part once, in the states it can be in: what pages are made of. */
export function KitRoom() {
  return (
    <Page
      title="Parts"
      state="Every part once, in the states it can be in. Pages are made of these and of nothing else."
    >
      <div className="grid grid-cols-1 gap-x-10 gap-y-9 px-gutter wide:grid-cols-12 pt-7 pb-12">
        <KitBadges />
        <KitButtons />
        <KitFields />
        <KitDialog />
        <KitNotices />
        <KitFacts />
        <KitStates />
        <KitType />
        <KitFigures />
        <KitTable />
        <KitSplit />
        <KitMarks />
        <KitColours />
      </div>
    </Page>
  )
}
