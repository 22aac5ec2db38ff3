import { Menu, type MenuEntry } from './menu.tsx'
import { MenuButton } from './menu-button.tsx'

/** "…" at the end of a row. */
export function RowMenu({ label, entries }: { readonly label: string; readonly entries: readonly MenuEntry[] }) {
  return (
    <Menu label={label} entries={entries}>
      <MenuButton kind="plain" size="sm" square mark="dots" label={label} />
    </Menu>
  )
}
