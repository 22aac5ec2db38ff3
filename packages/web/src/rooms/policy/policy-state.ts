import type { PolicyReport } from '@sallyport/api'
import { amountText } from '../../words/amounts.ts'

export interface DraftFacts {
  /** Version that the draft was made on. */
  readonly base: number
  /** Version in force. */
  readonly current: number
  readonly changed: number
  readonly report: PolicyReport | undefined
}

/** Whether a text is known to have no mistakes: only then can it be asked anything. */
export function readsWell(report: PolicyReport | undefined): boolean {
  return report !== undefined && !report.diagnostics.some(({ severity }) => severity === 'error')
}

/** Why a draft cannot be published now; nothing where it can. */
export function hindrance({ base, current, changed, report }: DraftFacts): string | undefined {
  if (changed === 0) return 'nothing to publish: the draft is what is in force'
  if (base !== current) return `version ${current} was published since, so look at it first`
  if (report === undefined) return 'it is being checked'
  const errors = report.diagnostics.filter(({ severity }) => severity === 'error').length
  if (errors > 0) return `it has ${amountText(errors, 'mistake')}`
  if (report.failures.length > 0) return `it fails ${report.failures.length} of ${amountText(report.tests, 'test')}`
  return undefined
}

/** What the draft is, after the words about the version in force. */
export function draftText(facts: DraftFacts): string {
  const { changed, report } = facts
  if (changed === 0) return testsText(report)
  const why = hindrance(facts)
  const lines = `Your draft changes ${amountText(changed, 'line')}`
  if (report === undefined) return `${lines} and is being checked.`
  return why === undefined
    ? `${lines} and may be published. ${testsText(report)}`
    : `${lines}, but ${why}: it cannot be published.`
}

function testsText(report: PolicyReport | undefined): string {
  if (report === undefined) return ''
  if (report.tests === 0) return 'It has no tests.'
  if (report.failures.length > 0) return `${report.failures.length} of ${amountText(report.tests, 'test')} fail.`
  return report.tests === 1 ? 'Its test passes.' : `All ${report.tests} tests pass.`
}
