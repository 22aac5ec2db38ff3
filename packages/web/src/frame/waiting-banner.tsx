import type { Approval } from '@sallyport/api'
import { Link, useRouterState } from '@tanstack/react-router'
import { paths } from '../paths.ts'
import { Banner } from '../ui/banner.tsx'
import { Mono } from '../ui/mono.tsx'
import { useNow } from '../ui/use-now.ts'
import { runningText } from '../words/times.ts'
import { useHearOfLogins, useWaitingLogins } from './use-waiting-logins.ts'

const SECOND_MS = 1_000

/** On every page: that logins wait for the person, and the way to answer. */
export function WaitingBanner() {
  useHearOfLogins()
  const waiting = useWaitingLogins()
  const onTheirPage = useRouterState({ select: ({ location }) => location.pathname === paths.logins })
  const [first] = waiting
  // Emptied, not taken away: what appears in it is said aloud.
  return (
    <div role="status">
      {first !== undefined && !onTheirPage && (
        <Banner
          tone="accent"
          act={
            waiting.length === 1 ? (
              <Link to={paths.approve} params={{ code: first.code } as never}>
                Look at it
              </Link>
            ) : (
              <Link to={paths.logins}>Look at them</Link>
            )
          }
        >
          {waiting.length === 1 ? (
            <One approval={first} />
          ) : (
            `${waiting.length} logins of yours wait for your approval.`
          )}
        </Banner>
      )}
    </div>
  )
}

function One({ approval: { source, target, code, expires_at } }: { readonly approval: Approval }) {
  const left = Date.parse(expires_at) - useNow(SECOND_MS).getTime()
  return (
    <>
      A login from <Mono>{source}</Mono>
      {target !== null && (
        <>
          {' '}
          to <Mono>{target}</Mono>
        </>
      )}{' '}
      waits for your approval. Code <Mono className="font-head">{code}</Mono>
      {/* Not said aloud every second. */}
      <span aria-hidden>, {runningText(left)} left</span>
    </>
  )
}
