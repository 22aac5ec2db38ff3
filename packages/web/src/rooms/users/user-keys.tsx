import type { Key, UserDetail } from '@sallyport/api'
import { useState } from 'react'
import { useMay } from '../../api/use-signed-in.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Section } from '../section.tsx'
import { AddKeyDialog } from './add-key-dialog.tsx'
import { RemoveKeyDialog } from './remove-key-dialog.tsx'

/** Public keys that prove somebody at the SSH door. */
export function UserKeys({ user }: { readonly user: UserDetail }) {
  const mayChange = useMay(['owner', 'admin'])
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<Key>()
  const { public_keys: keys } = user
  return (
    <Section
      title="SSH keys"
      note="Each of them proves this person at the SSH door."
      act={
        mayChange && (
          <Button size="sm" mark="plus" onPress={() => setAdding(true)}>
            Add key
          </Button>
        )
      }
    >
      {keys.length === 0 ? (
        <EmptyState title="No keys">They get in with certificates alone, or not at all.</EmptyState>
      ) : (
        <ul className="grid">
          {keys.map((key) => (
            <li key={key.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-rule py-2">
              <span className="min-w-0 flex-1 basis-60 wrap-anywhere">
                <span className="mono font-head">{key.fingerprint}</span>
                <small className="block text-xs text-ink-3">
                  {key.type}
                  {key.comment !== '' && `, ${key.comment}`}, added <Moment at={key.added_at} />
                </small>
              </span>
              {mayChange && (
                <Button kind="quiet" size="sm" label={`Remove key ${key.comment}`} onPress={() => setRemoving(key)}>
                  Remove…
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {adding && <AddKeyDialog user={user} onClose={() => setAdding(false)} />}
      {removing !== undefined && <RemoveKeyDialog keyOf={removing} onClose={() => setRemoving(undefined)} />}
    </Section>
  )
}
