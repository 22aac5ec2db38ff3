import type { Target } from '@sallyport/api'
import { ActDialog } from '../../parts/act-dialog.tsx'

interface RemoveTargetDialogProps {
  readonly target: Target
  readonly onClose: () => void
  readonly onRemoved: () => void
}

/** Takes a target out of the inventory. */
export function RemoveTargetDialog({ target, onClose, onRemoved }: RemoveTargetDialogProps) {
  return (
    <ActDialog
      act="target.remove"
      input={{ target: target.id }}
      changes={['me.targets', 'session.list']}
      title={
        <>
          Remove <span className="mono">{target.name}</span>?
        </>
      }
      lead="Its name leads nowhere any more, and passages that it alone allowed end. The server itself stays as it is."
      verb="Remove target"
      doing="Removing"
      keep="Keep it"
      said={() => `${target.name} was removed`}
      onClose={onClose}
      onDone={onRemoved}
    />
  )
}
