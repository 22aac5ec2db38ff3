import { Button } from './button.tsx'
import { Menu, type MenuEntry } from './menu.tsx'

/** "…" at the end of a row. */
export function RowMenu({ label, entries }: { readonly label: string; readonly entries: readonly MenuEntry[] }) {
  return (
    <Menu label={label} entries={entries}>
      <Button kind="plain" size="sm" square mark="dots" label={label} />
    </Menu>
  )
}
