import { useState } from 'react'
import { Section } from '../../frame/section.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { amountText } from '../../words/amounts.ts'
import { NewCodesDialog } from './new-codes-dialog.tsx'

/** From here on it is time for new codes. */
const FEW = 3

/** Codes for when every passkey is lost. */
export function RecoverySection({ left, user }: { readonly left: number; readonly user: string }) {
  const [making, setMaking] = useState(false)
  return (
    <Section
      title="Recovery codes"
      lead={
        <>
          {amountText(left, 'code')} left. Each lets you in once when every passkey is lost.{' '}
          {left <= FEW && (
            <Badge mark="warn" tone="caution">
              few left
            </Badge>
          )}
        </>
      }
      acts={
        <Button mark="plus" onPress={() => setMaking(true)}>
          Make new codes…
        </Button>
      }
    >
      {making && <NewCodesDialog user={user} onClose={() => setMaking(false)} />}
    </Section>
  )
}
