import type { PolicyReport } from '@sallyport/api'
import { Mark } from '../../ui/mark.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { sentence } from '../../words/sentence.ts'

interface DiagnosticListProps {
  readonly report: PolicyReport | undefined
  readonly onGoTo: (line: number) => void
}

/** Mistakes and warnings below the text, each with the way to its line. */
export function DiagnosticList({ report, onGoTo }: DiagnosticListProps) {
  const found = report?.diagnostics ?? []
  return (
    <section
      aria-label="Mistakes and warnings"
      aria-live="polite"
      className={found.length === 0 ? 'sr-only' : 'max-h-44 overflow-y-auto border-t border-rule-2 py-1'}
    >
      {found.map(({ severity, line, column, message, suggestion }) => {
        const wrong = severity === 'error'
        return (
          <p
            key={`${line}:${column}:${message}`}
            className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-3 px-gutter py-1.5 mid:grid-cols-[6.5rem_minmax(0,1fr)_auto]"
          >
            <span className={`max-mid:col-span-2 ${wrong ? 'text-stop' : 'text-caution'}`}>
              <Mark name={wrong ? 'error' : 'warn'} size="sm" /> <b className="ml-1">{wrong ? 'Mistake' : 'Warning'}</b>
            </span>
            <span className="wrap-anywhere">
              {sentence(message)}
              {suggestion !== null && ` Did you mean ${suggestion}?`}
            </span>
            <span className="mono">
              <TextButton onPress={() => onGoTo(line)}>{`${line}:${column}`}</TextButton>
            </span>
          </p>
        )
      })}
    </section>
  )
}
