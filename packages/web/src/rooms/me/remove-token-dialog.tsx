import type { ApiToken } from '@sallyport/api'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { toast } from '../../ui/toast-list.ts'

interface RemoveTokenDialogProps {
  readonly token: ApiToken
  readonly onClose: () => void
}

/** Takes a token back. */
export function RemoveTokenDialog({ token, onClose }: RemoveTokenDialogProps) {
  const remove = useAct('me.token-remove')
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Take back the token for ${token.name}?`}
      lead="Programs that use it are refused at once. It cannot be given back."
      verb="Take back token"
      doing="Taking back"
      keep="Keep it"
      stop
      busy={remove.isPending}
      error={remove.error}
      onSubmit={() =>
        remove.mutate(
          { token: token.id },
          {
            onSuccess: () => {
              toast(`The token for ${token.name} counts no more.`)
              onClose()
            },
          },
        )
      }
    />
  )
}
