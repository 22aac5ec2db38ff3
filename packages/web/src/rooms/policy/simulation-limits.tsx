import type { PolicySimulation } from '@sallyport/api'
import { skippedTexts } from './simulation-words.ts'

/** What a replay cannot say, so that nobody takes its silence for a promise. */
export function SimulationLimits({ result }: { readonly result: PolicySimulation | undefined }) {
  const skipped = result === undefined ? [] : skippedTexts(result)
  return (
    <section aria-labelledby="simulation-limits" className="grid max-w-measure gap-1.5 text-ink-2">
      <h2 id="simulation-limits">What it does not say</h2>
      {skipped.length > 0 && <p>Not asked again: {skipped.join('; ')}.</p>}
      <ul className="grid list-disc gap-1 pl-4 marker:text-ink-3">
        <li>
          People, groups and targets are those of now, and addresses those of then: nothing is looked up in DNS again.
        </li>
        <li>
          Hours and sources are judged by each decision’s own time and address. Factors, their age and the key exchange
          are not in the log: a way that wants one anew is listed as allowed after it.
        </li>
        <li>
          Logins on targets (<code>users</code> of <code>ssh</code>) are not replayed, since the door does not see them;
          nor are the mesh and desktops.
        </li>
      </ul>
    </section>
  )
}
