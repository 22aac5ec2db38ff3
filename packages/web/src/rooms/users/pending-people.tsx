import type { PendingAccount } from '@sallyport/api'
import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { useCall } from '../../api/use-call.ts'
import { useProviderTitle } from '../../api/use-provider-title.ts'
import { useMay } from '../../api/use-signed-in.ts'
import { Section } from '../../frame/section.tsx'
import { Button } from '../../ui/button.tsx'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { Moment } from '../../ui/moment.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { toast } from '../../ui/toast-list.ts'
import { sentence } from '../../words/sentence.ts'
import { ApproveDialog } from './approve-dialog.tsx'
import { DenyDialog } from './deny-dialog.tsx'

interface Asking {
  readonly what: 'approve' | 'deny'
  readonly pending: PendingAccount
}

/** Who proved themselves to an identity provider and has no account; nothing where there is nobody. */
export function PendingPeople() {
  const mayRead = useMay(['owner', 'admin', 'auditor'])
  const mayChange = useMay(['owner', 'admin'])
  const { data } = useCall('user.pending', {}, { when: mayRead })
  const titleOf = useProviderTitle()
  const [asking, setAsking] = useState<Asking>()
  const forget = useAct('user.forget')
  const all = data?.pending ?? []
  if (all.length === 0) return null
  const letAsk = ({ id, email }: PendingAccount) =>
    forget.mutate(
      { pending: id },
      {
        onSuccess: () => toast(`${email} may ask again`),
        onError: (error) => toast(sentence(error.message), { failed: true }),
      },
    )
  const columns: readonly DataColumn<PendingAccount>[] = [
    {
      id: 'address',
      title: 'Address',
      names: true,
      cell: ({ email, denied }) => (
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <RowName off={denied !== null}>
            <span className="wrap-anywhere">{email}</span>
          </RowName>
          {denied !== null && <StateBadge state="denied">denied by {denied.by}</StateBadge>}
        </span>
      ),
    },
    {
      id: 'name',
      title: 'Name',
      width: '18%',
      cell: ({ display_name }) => <span className="text-ink-2">{display_name}</span>,
    },
    { id: 'provider', title: 'Proved at', width: '18%', narrowTitle: 'proved at', cell: titleOf },
    {
      id: 'asked',
      title: 'Asked',
      width: '9rem',
      narrowTitle: 'asked',
      cell: ({ last_asked_at }) => <Moment at={last_asked_at} />,
    },
    ...(mayChange
      ? [
          {
            id: 'acts',
            title: 'Actions',
            titleHidden: true,
            numeric: true,
            width: '13rem',
            narrow: 'own',
            cell: (pending: PendingAccount) => (
              <Acts pending={pending} onAsk={(what) => setAsking({ what, pending })} onForget={() => letAsk(pending)} />
            ),
          } as const,
        ]
      : []),
  ]
  const close = () => setAsking(undefined)
  const waiting = all.filter(({ denied }) => denied === null).length
  return (
    <div className="pb-6">
      <Section
        title="Waiting for an account"
        count={waiting}
        lead={
          waiting === 0
            ? 'Nobody waits now. Whom you denied is refused until you let them ask again.'
            : 'They proved themselves to an identity provider, and nobody has let them in yet.'
        }
      >
        <DataTable
          label="Waiting for an account"
          columns={columns}
          rows={all}
          rowId={({ id }) => id}
          rowText={({ email, display_name }) => `${email} ${display_name}`}
        />
      </Section>
      {asking?.what === 'approve' && (
        <ApproveDialog pending={asking.pending} provider={titleOf(asking.pending)} onClose={close} />
      )}
      {asking?.what === 'deny' && <DenyDialog pending={asking.pending} onClose={close} />}
    </div>
  )
}

interface ActsProps {
  readonly pending: PendingAccount
  readonly onAsk: (what: Asking['what']) => void
  readonly onForget: () => void
}

function Acts({ pending: { email, denied }, onAsk, onForget }: ActsProps) {
  if (denied !== null) {
    return (
      <Button kind="quiet" size="sm" label={`Let them ask again: ${email}`} onPress={onForget}>
        Let them ask again
      </Button>
    )
  }
  return (
    <span className="inline-flex gap-2">
      <Button size="sm" label={`Approve ${email}`} onPress={() => onAsk('approve')}>
        Approve…
      </Button>
      <Button kind="quiet" size="sm" label={`Deny ${email}`} onPress={() => onAsk('deny')}>
        Deny…
      </Button>
    </span>
  )
}
