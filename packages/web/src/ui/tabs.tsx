import type { ReactNode } from 'react'
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from 'react-aria-components/Tabs'

export interface TabItem<Id extends string> {
  readonly id: Id
  readonly label: ReactNode
  readonly content: ReactNode
}

interface TabsProps<Id extends string> {
  readonly label: string
  readonly tabs: readonly TabItem<Id>[]
  readonly value: Id
  readonly onChange: (id: Id) => void
}

/** Parts of one page, one seen at a time. */
export function Tabs<Id extends string>({ label, tabs, value, onChange }: TabsProps<Id>) {
  return (
    <AriaTabs
      selectedKey={value}
      onSelectionChange={(id) => onChange(id as Id)}
      // The ring is on the tab or inside its panel.
      className="flex min-h-0 flex-1 flex-col outline-none"
    >
      <TabList aria-label={label} className="flex gap-5 overflow-x-auto border-b border-rule px-gutter">
        {tabs.map(({ id, label: text }) => (
          <Tab
            key={id}
            id={id}
            className="-mb-px inline-flex cursor-default items-center gap-1.5 border-b-2 border-transparent pb-[9px] text-sm whitespace-nowrap text-ink-2 data-focus-visible:-outline-offset-2 data-selected:border-accent data-selected:font-label data-selected:text-ink pointer-coarse:pt-2 forced-colors:border-[Canvas] forced-colors:data-selected:border-[Highlight]"
          >
            {text}
          </Tab>
        ))}
      </TabList>
      {tabs.map(({ id, content }) => (
        <TabPanel key={id} id={id} className="flex min-h-0 flex-1 flex-col outline-none">
          {content}
        </TabPanel>
      ))}
    </AriaTabs>
  )
}
