import type { PolicyReport } from '@sallyport/api'
import { Badge } from '../../ui/badge.tsx'
import { Mark } from '../../ui/mark.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { sentence } from '../../words/sentence.ts'

interface TestsPanelProps {
  readonly report: PolicyReport | undefined
  readonly onGoTo: (line: number) => void
}

/** What the policy's own tests say of the text. */
export function TestsPanel({ report, onGoTo }: TestsPanelProps) {
  const failures = report?.failures ?? []
  const passed = (report?.tests ?? 0) - failures.length
  const broken = report?.diagnostics.some(({ severity }) => severity === 'error') ?? false
  return (
    <section aria-labelledby="policy-tests" className="border-b border-rule-2 pb-2">
      <header className="flex min-h-[42px] items-center gap-3 border-b border-rule px-6 max-wide:px-gutter">
        <h2 id="policy-tests">Tests</h2>
        <span className="flex-1" />
        {failures.length > 0 && (
          <Badge mark="error" tone="stop">
            {failures.length} {failures.length === 1 ? 'fails' : 'fail'}
          </Badge>
        )}
        {passed > 0 && <Badge mark="tick">{passed} pass</Badge>}
      </header>
      {report === undefined ? (
        <p className="px-6 py-2 text-ink-3 max-wide:px-gutter">Running</p>
      ) : report.tests === 0 ? (
        <p className="px-6 py-2 text-ink-2 max-wide:px-gutter">
          {broken
            ? 'They run once the text has no mistakes.'
            : 'None. A test under “tests” says who may reach what, and nothing that breaks it is published.'}
        </p>
      ) : (
        failures.length === 0 && <p className="px-6 py-2 text-ink-2 max-wide:px-gutter">All of them pass.</p>
      )}
      <ul>
        {failures.map(({ source, destination, expected, got, line, why }) => (
          <li
            key={`${line} ${source} ${destination}`}
            className="grid grid-cols-[16px_minmax(0,1fr)_auto] items-baseline gap-2.5 bg-stop-tint px-6 py-2 max-wide:px-gutter"
          >
            <span className="text-stop">
              <Mark name="error" size="sm" />
            </span>
            <span className="wrap-anywhere">
              <span className="mono">
                {source} → {destination}
              </span>
              <span className="block text-xs">
                expected <b>{expected}</b>, got <b>{got}</b>
              </span>
              <span className="block text-xs text-ink-2">{sentence(why)}</span>
            </span>
            <span className="mono">
              <TextButton onPress={() => onGoTo(line)}>{String(line)}</TextButton>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
