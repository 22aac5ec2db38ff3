import { useState } from 'react'
import { type Appearance, appearance, setAppearance } from '../../frame/appearance.ts'
import { Page } from '../../frame/page.tsx'
import { Choice } from '../../ui/choice.tsx'
import { setSingleKeys, singleKeysOn } from '../../ui/single-key.ts'

/** How the console looks in this browser. */
export function AppearanceRoom() {
  const [chosen, setChosen] = useState(appearance)
  const [keys, setKeys] = useState<'on' | 'off'>(singleKeysOn() ? 'on' : 'off')
  const change = (part: Partial<Appearance>) => {
    const next = { ...chosen, ...part }
    setAppearance(next)
    setChosen(next)
  }
  return (
    <Page title="Appearance" state="Kept in this browser alone.">
      <div className="grid max-w-96 gap-6 px-gutter py-6">
        <Choice
          label="Theme"
          value={chosen.theme}
          onChange={(theme) => change({ theme })}
          options={[
            { id: 'system', label: 'As the system has it' },
            { id: 'light', label: 'Light' },
            { id: 'dark', label: 'Dark' },
          ]}
        />
        <Choice
          label="Contrast"
          value={chosen.contrast}
          onChange={(contrast) => change({ contrast })}
          options={[
            { id: 'system', label: 'As the system has it' },
            { id: 'normal', label: 'Normal' },
            { id: 'more', label: 'More' },
          ]}
        />
        <Choice
          label="Keys without Ctrl or ⌘"
          value={keys}
          onChange={(next) => {
            setSingleKeys(next === 'on')
            setKeys(next)
          }}
          options={[
            { id: 'on', label: 'On', hint: 'A slash searches, a question mark lists the keys.' },
            { id: 'off', label: 'Off', hint: 'For those who speak to their computer, or hit keys by chance.' },
          ]}
        />
      </div>
    </Page>
  )
}
