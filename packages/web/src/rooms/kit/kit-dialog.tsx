import { useState } from 'react'
import { openPalette } from '../../frame/overlay.ts'
import { Button } from '../../ui/button.tsx'
import { DIALOG } from '../../ui/dialog-look.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Mono } from '../../ui/mono.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { KitPart, KitRow } from './kit-part.tsx'

const TITLE = (
  <>
    End Tomas Lindqvist’s session on <Mono>db-1</Mono>?
  </>
)

export function KitDialog() {
  const [reason, setReason] = useState('Failover to db-2 starts at 14:40')
  const [open, setOpen] = useState(false)
  const field = <TextField label="Reason, shown to Tomas" value={reason} onChange={setReason} />
  return (
    <KitPart title="Dialog" rule="The title names the object, the button repeats the verb.">
      <div className={DIALOG.box}>
        <header className={DIALOG.header}>
          <h3 className="text-md">{TITLE}</h3>
          <p className="text-ink-2">It has run 41:07. What runs in the foreground there gets a hang-up.</p>
        </header>
        <div className={DIALOG.body}>{field}</div>
        <footer className={DIALOG.footer}>
          <Button>Keep it</Button>
          <Button kind="stop-fill">End session</Button>
        </footer>
      </div>
      <KitRow>
        <Button onPress={() => setOpen(true)}>Open a dialog…</Button>
        <Button onPress={openPalette}>Open the palette</Button>
      </KitRow>
      <FormDialog
        open={open}
        onClose={() => setOpen(false)}
        title={TITLE}
        lead="It has run 41:07. What runs in the foreground there gets a hang-up."
        verb="End session"
        doing="Ending"
        keep="Keep it"
        stop
        busy={false}
        error={null}
        onSubmit={() => setOpen(false)}
      >
        {field}
      </FormDialog>
    </KitPart>
  )
}
