import type { WebSession } from '@sallyport/api'
import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { useCall } from '../../api/use-call.ts'
import { Page } from '../../frame/page.tsx'
import { signOut } from '../../frame/sign-out.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Mono } from '../../ui/mono.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { toast } from '../../ui/toast-list.ts'
import { agentText } from '../../words/agent-text.ts'
import { amountText } from '../../words/amounts.ts'
import { EndOthersDialog } from './end-others-dialog.tsx'

/** Where the person is signed in, with a browser or the command. */
export function DevicesRoom() {
  const me = useCall('me.show')
  const end = useAct('me.session-end')
  const [asking, setAsking] = useState(false)
  const sessions = me.data?.sessions ?? []
  const others = sessions.filter(({ current }) => !current)
  const columns: readonly DataColumn<WebSession>[] = [
    {
      id: 'agent',
      title: 'Device',
      names: true,
      cell: ({ agent, current }) => (
        <span className="flex flex-wrap items-center gap-x-3">
          <span title={agent}>
            <RowName person>{agentText(agent)}</RowName>
          </span>
          {current && <Badge mark="tick">this one</Badge>}
        </span>
      ),
    },
    { id: 'source', title: 'Address', width: '18%', cell: ({ source }) => <Mono>{source}</Mono> },
    {
      id: 'method',
      title: 'Signed in with',
      width: '16%',
      narrowTitle: 'with',
      cell: ({ method }) => <span className="text-ink-2">{METHODS[method] ?? method}</span>,
    },
    {
      id: 'seen',
      title: 'Last seen',
      width: '14%',
      narrowTitle: 'seen',
      cell: ({ last_seen_at }) => <Moment at={last_seen_at} as="ago" />,
    },
    {
      id: 'until',
      title: 'Until',
      width: '14%',
      narrowTitle: 'until',
      cell: ({ expires_at }) => <Moment at={expires_at} />,
    },
    {
      id: 'acts',
      title: 'Actions',
      titleHidden: true,
      numeric: true,
      width: '7rem',
      narrow: 'side',
      cell: ({ id, agent, current }) => (
        <Button
          kind="quiet"
          size="sm"
          label={`Sign out ${agentText(agent)}`}
          onPress={() => {
            if (current) signOut()
            else end.mutate({ session: id }, { onSuccess: () => toast(`${agentText(agent)} is signed out.`) })
          }}
        >
          Sign out
        </Button>
      ),
    },
  ]
  return (
    <Page
      title="Signed-in devices"
      {...(me.data === undefined
        ? {}
        : {
            state: (
              <>
                You are signed in on <strong>{amountText(sessions.length, 'device')}</strong>. Sign out what you do not
                know.
              </>
            ),
          })}
      {...(others.length === 0
        ? {}
        : {
            acts: (
              <Button kind="stop" mark="end" onPress={() => setAsking(true)}>
                Sign out all others…
              </Button>
            ),
          })}
    >
      <div className="mt-4">
        <DataRegion query={me} failedTitle="Your devices could not be read" reading="Reading your devices">
          {() => (
            <DataTable
              label="Signed-in devices"
              columns={columns}
              rows={sessions}
              rowId={({ id }) => id}
              rowText={({ agent }) => agentText(agent)}
            />
          )}
        </DataRegion>
      </div>
      {asking && <EndOthersDialog count={others.length} onClose={() => setAsking(false)} />}
    </Page>
  )
}

const METHODS: Readonly<Record<string, string>> = {
  passkey: 'passkey',
  link: 'one-time link',
  'recovery-code': 'recovery code',
  password: 'password',
  oidc: 'identity provider',
  device: 'sallyport login',
}
