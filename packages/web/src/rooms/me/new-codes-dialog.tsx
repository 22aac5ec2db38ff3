import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { useCall } from '../../api/use-call.ts'
import { RecoveryCodes } from '../../parts/recovery-codes.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'

interface NewCodesDialogProps {
  readonly user: string
  readonly onClose: () => void
}

/** Makes new recovery codes and shows them, once. */
export function NewCodesDialog({ user, onClose }: NewCodesDialogProps) {
  const make = useAct('me.recovery-codes')
  const { data } = useCall('auth.state')
  const [saved, setSaved] = useState(false)
  if (make.data === undefined) {
    return (
      <FormDialog
        open
        onClose={onClose}
        title="Make new recovery codes?"
        lead="The codes you have now count no more."
        verb="Make new codes"
        doing="Making"
        keep="Keep the old ones"
        busy={make.isPending}
        error={make.error}
        onSubmit={() => make.mutate({})}
      />
    )
  }
  return (
    <Dialog
      open
      firm
      onClose={onClose}
      title="Your new recovery codes"
      lead="They are shown now and never again. Those before count no more."
      footer={
        <Button kind="primary" off={!saved} onPress={onClose}>
          Done
        </Button>
      }
    >
      <RecoveryCodes
        gateway={data?.gateway ?? ''}
        user={user}
        codes={make.data.recovery_codes}
        saved={saved}
        onSaved={setSaved}
      />
    </Dialog>
  )
}
