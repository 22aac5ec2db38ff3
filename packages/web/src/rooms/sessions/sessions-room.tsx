import { Grow } from '../../frame/grow.tsx'
import { Page } from '../../frame/page.tsx'
import { Split } from '../../frame/split.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { useNow } from '../../ui/use-now.ts'
import { useFilters } from '../use-filters.ts'
import { Freshness } from './freshness.tsx'
import { SessionPane } from './session-pane.tsx'
import { readSessionsSearch } from './sessions-search.ts'
import { SessionsTable } from './sessions-table.tsx'
import { matchingSessions, sessionsState } from './sessions-view.ts'
import { useLiveSessions } from './use-live-sessions.ts'

/** Who is connected now, to where, and the way to end it. */
export function SessionsRoom() {
  const [filters, setFilters] = useFilters(readSessionsSearch)
  const { query, stream, rates } = useLiveSessions()
  const now = useNow(1_000)
  const sessions = query.data?.sessions ?? []
  const chosen = sessions.find(({ id }) => id === filters.session)
  return (
    <Page
      title="Live sessions"
      state={query.data === undefined ? undefined : sessionsState(sessions, now)}
      tools={
        <>
          <SearchField
            label="Search live sessions"
            placeholder="Person, target or address"
            value={filters.text ?? ''}
            onChange={(text) => setFilters({ text })}
          />
          <Grow />
          <Freshness stream={stream} readAt={query.dataUpdatedAt} />
        </>
      }
    >
      <Split
        label="Session"
        shows={chosen?.id}
        aside={
          chosen !== undefined && (
            <SessionPane session={chosen} now={now} onClose={() => setFilters({ session: undefined })} />
          )
        }
      >
        <DataRegion
          query={query}
          reading="Reading live sessions"
          failedTitle="Live sessions could not be read"
          isEmpty={(data) => matchingSessions(data.sessions, filters.text).length === 0}
          empty={
            filters.text === undefined ? (
              <EmptyState title="Nobody is connected">
                Whoever comes through the SSH door stands here while they are inside.
              </EmptyState>
            ) : (
              <EmptyState title="None of them fits">Take the filter away to see the others.</EmptyState>
            )
          }
        >
          {(data) => (
            <SessionsTable
              sessions={matchingSessions(data.sessions, filters.text)}
              rates={rates}
              now={now}
              selected={filters.session}
              onOpen={({ id }) => setFilters({ session: id })}
            />
          )}
        </DataRegion>
      </Split>
    </Page>
  )
}
