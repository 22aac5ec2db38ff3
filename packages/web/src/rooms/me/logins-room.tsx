import type { Approval } from '@sallyport/api'
import { useCall } from '../../api/use-call.ts'
import { Page } from '../../frame/page.tsx'
import { paths } from '../../paths.ts'
import { ButtonLink } from '../../ui/button-link.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Mono } from '../../ui/mono.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { useNow } from '../../ui/use-now.ts'
import { amountText } from '../../words/amounts.ts'
import { runningText } from '../../words/times.ts'
import { placeText } from '../approve/place-text.ts'

/** The person's SSH logins that wait for a yes. Nobody else sees them. */
export function LoginsRoom() {
  const list = useCall('approval.list', {}, { keep: true })
  const now = useNow(1_000)
  const columns: readonly DataColumn<Approval>[] = [
    {
      id: 'code',
      title: 'Code',
      names: true,
      width: '9rem',
      cell: ({ code }) => (
        <RowName to={paths.approve} params={{ code } as never}>
          {code}
        </RowName>
      ),
    },
    {
      id: 'to',
      title: 'To',
      narrowTitle: 'to',
      cell: (approval) => {
        const place = placeText(approval)
        return place === undefined ? 'this gateway' : <Mono>{place}</Mono>
      },
    },
    { id: 'from', title: 'From', width: '12rem', narrowTitle: 'from', cell: ({ source }) => <Mono>{source}</Mono> },
    {
      id: 'client',
      title: 'Client',
      width: '20%',
      narrow: 'hidden',
      cell: ({ client }) => <Mono className="text-ink-2 wrap-anywhere">{client}</Mono>,
    },
    {
      id: 'asked',
      title: 'Asked',
      width: '7rem',
      narrowTitle: 'asked',
      cell: ({ asked_at }) => <Moment at={asked_at} as="ago" />,
    },
    {
      id: 'left',
      title: 'Time left',
      width: '6rem',
      numeric: true,
      narrowTitle: 'time left',
      cell: ({ expires_at }) => runningText(Date.parse(expires_at) - now.getTime()),
    },
    {
      id: 'acts',
      title: 'Actions',
      titleHidden: true,
      numeric: true,
      width: '7rem',
      narrow: 'side',
      cell: ({ code }) => (
        <ButtonLink to={paths.approve} params={{ code }} kind="quiet" size="sm" label={`Answer ${code}`}>
          Answer
        </ButtonLink>
      ),
    },
  ]
  const amount = list.data?.approvals.length ?? 0
  return (
    <Page
      title="Waiting logins"
      {...(amount === 0
        ? {}
        : {
            state: (
              <>
                <strong>{amountText(amount, 'login')}</strong> of yours {amount === 1 ? 'waits' : 'wait'} for your
                passkey. Compare the code with your terminal.
              </>
            ),
          })}
    >
      <div className="mt-4">
        <DataRegion
          query={list}
          failedTitle="Waiting logins could not be read"
          reading="Reading waiting logins"
          isEmpty={({ approvals }) => approvals.length === 0}
          empty={
            <EmptyState title="No login of yours waits">
              Where the policy wants a check, ssh stops and shows a code. The login stands here then, for two minutes,
              and nobody but you sees it.
            </EmptyState>
          }
        >
          {({ approvals }) => (
            <DataTable
              label="Waiting logins"
              listBelow={75}
              columns={columns}
              rows={approvals}
              rowId={({ code }) => code}
              rowText={({ code, source }) => `${code} from ${source}`}
            />
          )}
        </DataRegion>
      </div>
    </Page>
  )
}
