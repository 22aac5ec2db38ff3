import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { FileButton } from '../../ui/file-button.tsx'
import { KeyCap } from '../../ui/key-cap.tsx'
import { Menu } from '../../ui/menu.tsx'
import { MenuButton } from '../../ui/menu-button.tsx'
import { Segments } from '../../ui/segments.tsx'
import { Tag } from '../../ui/tag.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { toast } from '../../ui/toast-list.ts'
import { KitPart, KitRow } from './kit-part.tsx'

export function KitButtons() {
  const [shown, setShown] = useState<'all' | 'ssh'>('all')
  return (
    <KitPart title="Buttons" rule="One filled button in a region. The dangerous one is never filled until its dialog.">
      <KitRow>
        <Button kind="primary" onPress={() => toast('Target saved.')}>
          Save target
        </Button>
        <Button>Test again</Button>
        <Menu
          label="Ways to connect"
          entries={[
            { id: 'copy', label: 'Copy ssh command', mark: 'copy', detail: 'ssh -J gw root@db-1', keyCap: 'C' },
            { id: 'files', label: 'Browse files', mark: 'file', keyCap: 'F' },
            { id: 'end', label: 'End session…', mark: 'end', stop: true, apart: true },
          ]}
        >
          <MenuButton kind="quiet" opens>
            Connect
          </MenuButton>
        </Menu>
        <Button kind="plain">Skip</Button>
        <Button kind="stop" mark="end">
          End session…
        </Button>
      </KitRow>
      <KitRow>
        <Button kind="stop-fill">End session</Button>
        <Button off>Off</Button>
        <Button busy="Saving">Save</Button>
        <Button size="sm">Small</Button>
        <Button size="lg" mark="key">
          Large
        </Button>
        <Button square mark="dots" kind="plain" label="More" />
        <FileButton types=".pub" mark="file" size="sm" onFile={({ name }) => toast(`${name} was chosen.`)}>
          Choose file…
        </FileButton>
      </KitRow>
      <KitRow>
        <Segments
          label="Example"
          value={shown}
          onChange={setShown}
          segments={[
            { id: 'all', label: 'All', count: 14 },
            { id: 'ssh', label: 'SSH', count: 9 },
          ]}
        />
        <KeyCap>⌘K</KeyCap>
        <KeyCap>/</KeyCap>
        <Tag>tag:prod-db</Tag>
        <TextButton onPress={() => toast('That was a link.')}>Show 14 more</TextButton>
      </KitRow>
    </KitPart>
  )
}
