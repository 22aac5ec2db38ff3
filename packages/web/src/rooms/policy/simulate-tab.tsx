import type { PolicyReport } from '@sallyport/api'
import { useState } from 'react'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Segments } from '../../ui/segments.tsx'
import { amountText } from '../../words/amounts.ts'
import { FlipsTable } from './flips-table.tsx'
import { readsWell } from './policy-state.ts'
import { SimulationLimits } from './simulation-limits.tsx'
import { SimulationProgress } from './simulation-progress.tsx'
import { changesAnything, resultText } from './simulation-words.ts'
import type { Simulation } from './use-simulation.ts'

interface SimulateTabProps {
  readonly text: string
  readonly isDraft: boolean
  readonly report: PolicyReport | undefined
  readonly simulation: Simulation
  readonly onGoTo: (line: number) => void
}

const SPANS = [
  { id: '1', label: '1 day' },
  { id: '7', label: '7 days' },
  { id: '30', label: '30 days' },
  { id: '90', label: '90 days' },
] as const

/** What the text would have decided of late. */
export function SimulateTab({ text, isDraft, report, simulation, onGoTo }: SimulateTabProps) {
  const { state, run, stop } = simulation
  const [days, setDays] = useState<(typeof SPANS)[number]['id']>('30')
  const what = isDraft ? 'your draft' : 'the policy in force'
  const running = state.phase === 'running'
  const stale = state.phase === 'done' && state.text !== text
  return (
    <div className="grid content-start gap-5 py-5">
      <div className="flex flex-wrap items-center gap-3 px-gutter">
        <span className="text-ink-2">Ask {what} again what was decided in the last</span>
        <Segments label="Days" segments={SPANS} value={days} onChange={setDays} />
        <Button
          off={!readsWell(report)}
          busy={running ? 'Simulating' : undefined}
          onPress={() => run(text, Number(days))}
        >
          {state.phase === 'done' ? 'Simulate again' : 'Simulate'}
        </Button>
        {report !== undefined && !readsWell(report) && (
          <span className="text-ink-3">It can be simulated once it has no mistakes.</span>
        )}
      </div>
      {running && (
        <div className="px-gutter">
          <SimulationProgress read={state.read} onStop={stop} />
        </div>
      )}
      {state.phase === 'failed' && (
        <div className="px-gutter">
          <ErrorState
            title="It could not be simulated"
            error={state.error}
            onRetry={() => run(state.text, state.days)}
          />
        </div>
      )}
      {state.phase === 'done' && (
        <div className="grid gap-3">
          {stale && (
            <Banner tone="caution">
              The text changed since this was simulated. Simulate it again before you publish.
            </Banner>
          )}
          <div className="px-gutter" aria-live="polite">
            {changesAnything(state.result) ? (
              <>
                <h2>{resultText(state.result)}</h2>
                <p className="text-ink-3">
                  The last {state.days === 1 ? 'day' : `${state.days} days`}, simulated at <Moment at={state.at} />.
                </p>
              </>
            ) : (
              <EmptyState title="Nothing that happened in these days would change">
                {resultText(state.result)}
              </EmptyState>
            )}
          </div>
          {state.result.flips.length > 0 && <FlipsTable flips={state.result.flips} onGoTo={onGoTo} />}
          {state.result.more > 0 && (
            <p className="px-gutter text-ink-3">and {amountText(state.result.more, 'more decision')}</p>
          )}
        </div>
      )}
      <div className="px-gutter">
        <SimulationLimits result={state.phase === 'done' ? state.result : undefined} />
      </div>
    </div>
  )
}
