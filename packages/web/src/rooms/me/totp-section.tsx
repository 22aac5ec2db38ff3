import { useState } from 'react'
import { Section } from '../../frame/section.tsx'
import { Button } from '../../ui/button.tsx'
import { AddTotpDialog } from './add-totp-dialog.tsx'
import { RemoveTotpDialog } from './remove-totp-dialog.tsx'

/** One-time codes of an app, for ssh without a browser. */
export function TotpSection({ set }: { readonly set: boolean }) {
  const [asking, setAsking] = useState<'add' | 'remove'>()
  const close = () => setAsking(undefined)
  return (
    <Section
      title="One-time codes"
      lead={
        set
          ? 'An app on your phone makes codes for you. ssh may ask for one where there is no browser.'
          : 'Not set up. An app on your phone can make codes, for ssh where there is no browser.'
      }
      acts={
        set ? (
          <Button kind="stop" mark="end" onPress={() => setAsking('remove')}>
            Remove…
          </Button>
        ) : (
          <Button mark="plus" onPress={() => setAsking('add')}>
            Set up codes
          </Button>
        )
      }
    >
      {asking === 'add' && <AddTotpDialog onClose={close} />}
      {asking === 'remove' && <RemoveTotpDialog onClose={close} />}
    </Section>
  )
}
