import type { PolicyDocument, PolicyReport } from '@sallyport/api'
import { lazy, Suspense, useState } from 'react'
import { Banner } from '../../ui/banner.tsx'
import { LoadingState } from '../../ui/loading-state.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { DiagnosticList } from './diagnostic-list.tsx'
import { ExplainPanel } from './explain-panel.tsx'
import type { PolicySearch } from './policy-search.ts'
import { TestsPanel } from './tests-panel.tsx'
import type { DraftState } from './use-draft.ts'

/** The editor is most of this page's weight, and only this tab needs it. */
const PolicyEditor = lazy(async () => ({ default: (await import('./policy-editor.tsx')).PolicyEditor }))

interface EditorTabProps {
  readonly current: PolicyDocument
  readonly state: DraftState
  readonly report: PolicyReport | undefined
  readonly search: PolicySearch
  readonly readOnly: boolean
  readonly onDrop: () => void
}

/** The text with its mistakes at the left, its tests and explanations at the right. */
export function EditorTab({ current, state, report, search, readOnly, onDrop }: EditorTabProps) {
  const [place, setPlace] = useState<{ readonly line: number; readonly asked: number }>()
  const goTo = (line: number) => setPlace((before) => ({ line, asked: (before?.asked ?? 0) + 1 }))
  const shown = place ?? (search.line === undefined ? undefined : { line: search.line, asked: 0 })
  const { draft, isDraft, write, rebase } = state
  return (
    <div className="flex flex-col min-[80rem]:absolute min-[80rem]:inset-0 min-[80rem]:flex-row">
      <section aria-label="policy.hujson" className="flex min-h-0 min-w-0 flex-1 flex-col">
        <header className="flex min-h-[42px] items-center gap-3 border-b border-rule px-gutter">
          <span className="mono">policy.hujson</span>
          <span className="text-xs text-ink-3">
            {isDraft ? `draft of ${draft.base}, kept in this browser` : `version ${current.version}`}
          </span>
        </header>
        {isDraft && draft.base !== current.version && (
          <Banner
            tone="caution"
            act={
              <span className="flex gap-3">
                <TextButton onPress={rebase}>Go on from {current.version}</TextButton>
                <TextButton onPress={onDrop}>Drop draft</TextButton>
              </span>
            }
          >
            {current.applied_by} published version {current.version} after you began from {draft.base}. Publishing now
            would undo it: compare under Changes first.
          </Banner>
        )}
        <Suspense
          fallback={
            <div className="flex-1 px-gutter py-6">
              <LoadingState what="Reading the editor" />
            </div>
          }
        >
          <PolicyEditor text={draft.text} onChange={write} report={report} place={shown} readOnly={readOnly} />
        </Suspense>
        <DiagnosticList report={report} onGoTo={goTo} />
      </section>
      <aside
        aria-label="Tests and explain"
        className="flex-none border-t border-rule min-[80rem]:w-[33rem] min-[80rem]:overflow-y-auto min-[80rem]:border-t-0 min-[80rem]:border-l"
      >
        <TestsPanel report={report} onGoTo={goTo} />
        <ExplainPanel
          draft={isDraft ? draft.text : undefined}
          version={current.version}
          search={search}
          onGoTo={goTo}
        />
      </aside>
    </div>
  )
}
