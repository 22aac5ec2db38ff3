import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import type { SavedView } from './saved-views.ts'

interface RemoveViewsDialogProps {
  readonly views: readonly SavedView[]
  readonly onClose: () => void
  readonly onRemove: (name: string) => void
}

/** Takes saved views away, one by one. */
export function RemoveViewsDialog({ views, onClose, onRemove }: RemoveViewsDialogProps) {
  return (
    <Dialog
      open
      onClose={onClose}
      title="Your saved views"
      footer={
        <Button onPress={onClose} autoFocus>
          Done
        </Button>
      }
    >
      {views.length === 0 ? (
        <p className="text-ink-2">None is left.</p>
      ) : (
        <ul>
          {views.map(({ name }) => (
            <li key={name} className="flex items-center gap-3 border-b border-rule py-1.5">
              <span className="min-w-0 flex-1 wrap-anywhere">{name}</span>
              <Button kind="quiet" size="sm" label={`Remove ${name}`} onPress={() => onRemove(name)}>
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}
