import { useState } from 'react'
import { useSignedIn } from '../../api/use-signed-in.ts'
import { Menu, type MenuEntry } from '../../ui/menu.tsx'
import { MenuButton } from '../../ui/menu-button.tsx'
import { toast } from '../../ui/toast-list.ts'
import { tokensOf } from './audit-query.ts'
import { type AuditSearch } from './audit-search.ts'
import { RemoveViewsDialog } from './remove-views-dialog.tsx'
import { SaveViewDialog } from './save-view-dialog.tsx'
import { keepViews, readViews, type SavedView, USUAL_VIEWS, withView } from './saved-views.ts'

interface SavedMenuProps {
  readonly search: AuditSearch
  readonly onChange: (change: Partial<AuditSearch>) => void
}

/** Queries by name: the usual ones, and those that this person kept in this browser. */
export function SavedMenu({ search, onChange }: SavedMenuProps) {
  const { user } = useSignedIn()
  const [views, setViews] = useState(() => readViews(user))
  const [asking, setAsking] = useState<'save' | 'remove'>()
  const keep = (next: readonly SavedView[]) => {
    setViews(next)
    keepViews(user, next)
  }
  const close = () => setAsking(undefined)
  const entryOf = ({ name, search: saved }: SavedView, index: number, own: boolean): MenuEntry => ({
    id: `${own ? 'own' : 'usual'} ${name}`,
    label: name,
    detail: <span className="mono">{queryText(saved)}</span>,
    apart: own && index === 0,
    onAction: () => onChange(saved),
  })
  const acts: MenuEntry[] = [
    ...(tokensOf(search).length === 0
      ? []
      : [{ id: 'save', label: 'Save this view…', mark: 'plus' as const, onAction: () => setAsking('save') }]),
    ...(views.length === 0
      ? []
      : [{ id: 'remove', label: 'Remove views…', mark: 'cross' as const, onAction: () => setAsking('remove') }]),
  ]
  return (
    <>
      <Menu
        label="Saved views"
        entries={[
          ...USUAL_VIEWS.map((view, index) => entryOf(view, index, false)),
          ...views.map((view, index) => entryOf(view, index, true)),
          ...acts.map((act, index) => ({ ...act, apart: index === 0 })),
        ]}
      >
        <MenuButton kind="plain" opens>
          Saved
        </MenuButton>
      </Menu>
      {asking === 'save' && (
        <SaveViewDialog
          query={queryText(search)}
          taken={views.map(({ name }) => name)}
          onClose={close}
          onSave={(name) => {
            keep(withView(views, { name, search: { ...search, event: undefined } }))
            toast(`“${name}” is among your saved views`)
            close()
          }}
        />
      )}
      {asking === 'remove' && (
        <RemoveViewsDialog
          views={views}
          onClose={close}
          onRemove={(name) => keep(views.filter((view) => view.name !== name))}
        />
      )}
    </>
  )
}

function queryText(search: AuditSearch): string {
  return tokensOf(search)
    .map(({ field, value }) => `${field}:${value}`)
    .join(' ')
}
