import type { Explanation } from '@sallyport/api'
import { Mark } from '../../ui/mark.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { Verdict } from '../../ui/verdict.tsx'
import { sentence } from '../../words/sentence.ts'

interface ExplainedProps {
  readonly answer: Explanation
  readonly onGoTo: (line: number) => void
}

/** What the policy decides, which line decided, and what would change it. */
export function Explained({ answer, onGoTo }: ExplainedProps) {
  const { verdict, destination, user, why, fix, addresses, login, terms, door } = answer
  return (
    <div className="grid gap-3">
      <Verdict verdict={verdict === 'allow' ? 'allowed' : 'denied'}>
        <p className="wrap-anywhere">
          <span className="mono">{user}</span> to <span className="mono">{destination}</span>
        </p>
        {addresses.length === 0 && why !== '' && <Lines text={why} />}
      </Verdict>
      {addresses.map(({ address, code, line, rule, why: reasons }) => (
        <div key={address} className="grid gap-1">
          <p className="flex flex-wrap items-baseline gap-x-3">
            <span className="mono">{address}</span>
            {code !== null && <span className="mono text-ink-3">{code}</span>}
            {rule !== null && line !== null && (
              <span className="mono">
                <TextButton onPress={() => onGoTo(line)}>{rule}</TextButton>
              </span>
            )}
          </p>
          <Reasons reasons={reasons} />
        </div>
      ))}
      {terms !== null && <Reasons reasons={[...terms.holds, ...terms.why]} title="Terms" />}
      {login !== null && <Reasons reasons={login.why} title={`Login as ${login.name}: ${login.verdict}`} />}
      {fix !== null && (
        <div className="border-t border-rule pt-3">
          <h3>What would {verdict === 'allow' ? 'change' : 'allow'} it</h3>
          <Reasons reasons={fix.split('\n')} />
        </div>
      )}
      {door !== null && <p className="text-ink-2">{sentence(door)}</p>}
    </div>
  )
}

function Lines({ text }: { readonly text: string }) {
  return text.split('\n').map((line) => (
    <p key={line} className="text-ink-2 wrap-anywhere">
      {sentence(line)}
    </p>
  ))
}

function Reasons({ reasons, title }: { readonly reasons: readonly string[]; readonly title?: string }) {
  if (reasons.length === 0) return null
  return (
    <div>
      {title !== undefined && <h3>{title}</h3>}
      <ul className="grid gap-0.5">
        {reasons.map((reason) => (
          <li key={reason} className="grid grid-cols-[16px_minmax(0,1fr)] gap-2.5 text-ink-2 wrap-anywhere">
            <Mark name="chev-right" size="sm" className="mt-0.5" />
            {reason}
          </li>
        ))}
      </ul>
    </div>
  )
}
