import { Mark } from '../../ui/mark.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { amountText } from '../../words/amounts.ts'
import { sentence } from '../../words/sentence.ts'
import { changesAnything, changeText, resultText } from './simulation-words.ts'
import type { Simulation } from './use-simulation.ts'

interface PublishSimulationProps {
  readonly text: string
  readonly simulation: Simulation
  /** To the tab that tells all of it. */
  readonly onShow: () => void
}

/** Days that are asked from the dialog. */
const DAYS = 30
/** Changes told in the dialog; the tab has the rest. */
const TOLD = 3

/** What the draft would have decided otherwise, told before it is published. */
export function PublishSimulation({ text, simulation: { state, run }, onShow }: PublishSimulationProps) {
  const ask = <TextButton onPress={() => run(text, DAYS)}>Simulate the last {String(DAYS)} days</TextButton>
  return (
    <div className="grid gap-1 border-t border-rule pt-2.5" aria-live="polite">
      {state.phase === 'running' && state.text === text ? (
        <p className="text-ink-2">Simulating: read {amountText(state.read, 'decision')} so far.</p>
      ) : state.phase === 'failed' && state.text === text ? (
        <p>
          {sentence(state.error.message)} {ask}
        </p>
      ) : state.phase !== 'done' || state.text !== text ? (
        <p className="text-ink-2">This text was not simulated over past decisions. {ask}</p>
      ) : (
        <>
          <p>
            {resultText(state.result)}{' '}
            {changesAnything(state.result) && <TextButton onPress={onShow}>Show all of it</TextButton>}
          </p>
          <ul>
            {state.result.flips.slice(0, TOLD).map((flip) => (
              <li
                key={`${flip.sequence} ${flip.becomes}`}
                className="grid grid-cols-[16px_minmax(0,1fr)] gap-2.5 py-0.5"
              >
                <Mark
                  name={flip.becomes}
                  size="sm"
                  className={`mt-0.5 ${flip.becomes === 'deny' ? 'text-stop' : 'text-ink-2'}`}
                />
                <span className="wrap-anywhere">
                  <span className="mono">{flip.user}</span> to{' '}
                  <span className="mono">{`${flip.host}:${flip.port}`}</span>: {changeText(flip).after}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
