import type { NewLink } from '@sallyport/api'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Moment } from '../../ui/moment.tsx'

interface LinkDialogProps {
  readonly link: NewLink
  readonly onClose: () => void
}

/** A one-time link, shown this once. */
export function LinkDialog({ link: { url, user, purpose, expires_at }, onClose }: LinkDialogProps) {
  return (
    <Dialog
      open
      firm
      onClose={onClose}
      title={
        <>
          Link for <span className="mono">{user}</span>
        </>
      }
      lead={
        <>
          Give it to them on a way nobody else reads. It works once, until <Moment at={expires_at} />, and is not shown
          again.
        </>
      }
      footer={
        <Button kind="primary" onPress={onClose} autoFocus>
          Done
        </Button>
      }
    >
      <CodeBlock text={url} copyLabel="Copy the link" />
      {purpose === 'recover' && (
        <p className="text-ink-2">
          They can sign in already: whoever uses the link takes out their passkeys, password, codes, tokens and
          sign-ins.
        </p>
      )}
    </Dialog>
  )
}
