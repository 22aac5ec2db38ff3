import type { ApiToken } from '@sallyport/api'
import { ActDialog } from '../../parts/act-dialog.tsx'

interface RemoveTokenDialogProps {
  readonly token: ApiToken
  readonly onClose: () => void
}

/** Takes a token back. */
export function RemoveTokenDialog({ token, onClose }: RemoveTokenDialogProps) {
  return (
    <ActDialog
      act="me.token-remove"
      input={{ token: token.id }}
      title={`Take back the token for ${token.name}?`}
      lead="Programs that use it are refused at once. It cannot be given back."
      verb="Take back token"
      doing="Taking back"
      keep="Keep it"
      said={() => `The token for ${token.name} counts no more.`}
      onClose={onClose}
    />
  )
}
