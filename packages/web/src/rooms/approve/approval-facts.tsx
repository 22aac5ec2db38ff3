import type { Approval } from '@sallyport/api'
import { useSignedIn } from '../../api/use-signed-in.ts'
import { Facts } from '../../ui/facts.tsx'
import { Mark } from '../../ui/mark.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Mono } from '../../ui/mono.tsx'
import { placeText } from './place-text.ts'
import { RuleText } from './rule-text.tsx'

/** What the gateway saw of a waiting login. */
export function ApprovalFacts({ approval }: { readonly approval: Approval }) {
  const me = useSignedIn()
  const place = placeText(approval)
  const who =
    me.display_name === '' ? (
      me.user
    ) : (
      <>
        {me.display_name}
        <span className="block text-xs text-ink-3">{me.user}</span>
      </>
    )
  return (
    <>
      <Facts
        beside
        facts={[
          ['Who', who],
          ['To', place === undefined ? 'this gateway' : <Mono key="to">{place}</Mono>],
          [
            'From',
            <span key="from">
              <Mono>{approval.source}</Mono>
              <span className="mt-0.5 flex items-center gap-1.5 text-ink-2">
                <Mark name={approval.from_here ? 'tick' : 'info'} size="sm" />
                {approval.from_here ? 'the address this browser uses' : 'not the address this browser uses'}
              </span>
            </span>,
          ],
          ['Key', <Mono key="key">{approval.key}</Mono>],
          ['Client', <Mono key="client">{approval.client}</Mono>],
          ['Asked', <Moment key="asked" at={approval.asked_at} as="both" />],
          ['Session', <Mono key="session">{approval.session}</Mono>],
          ['Why now', <RuleText key="why" rule={approval.rule} />],
        ]}
      />
      <p className="mt-[18px] border-t border-rule pt-3.5 text-xs text-ink-3">
        Your passkey signs this one SSH session and what you chose above. The answer cannot be used for anything else,
        and it is written to the audit log either way.
      </p>
    </>
  )
}
