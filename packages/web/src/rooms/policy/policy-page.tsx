import type { PolicyDocument } from '@sallyport/api'
import { type ReactNode, useState } from 'react'
import { useMay, useSignedIn } from '../../api/use-signed-in.ts'
import { Page } from '../../frame/page.tsx'
import { Button } from '../../ui/button.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { toast } from '../../ui/toast-list.ts'
import { useFilters } from '../use-filters.ts'
import { changedLines } from './changed-lines.ts'
import { ChangesTab } from './changes-tab.tsx'
import { EditorTab } from './editor-tab.tsx'
import { HistoryTab } from './history-tab.tsx'
import { readPolicySearch } from './policy-search.ts'
import { draftText, hindrance, readsWell } from './policy-state.ts'
import { PublishDialog } from './publish-dialog.tsx'
import { ReachTab } from './reach-tab.tsx'
import { SimulateTab } from './simulate-tab.tsx'
import { useDraft } from './use-draft.ts'
import { useReport } from './use-report.ts'
import { useSimulation } from './use-simulation.ts'

/** Days of the button in the head; the tab has others. */
const DAYS = 30

/** The policy's page, once there is a policy to show. */
export function PolicyPage({ current }: { readonly current: PolicyDocument }) {
  const [search, setSearch] = useFilters(readPolicySearch)
  const [publishing, setPublishing] = useState(false)
  const mayChange = useMay(['owner', 'admin'])
  const { user } = useSignedIn()
  const state = useDraft(user, current)
  const report = useReport(state.draft.text)
  const simulation = useSimulation()
  const changed = changedLines(current.text, state.draft.text)
  const facts = { base: state.draft.base, current: current.version, changed, report }
  const drop = () => {
    const { draft } = state
    state.drop()
    toast('Your draft was dropped', { act: { label: 'Bring it back', run: () => state.restore(draft) } })
  }
  const fill = (content: ReactNode) => <div className="relative min-h-0 flex-1">{content}</div>
  return (
    <Page
      title="Policy"
      state={
        <>
          Version <strong>{current.version}</strong> is in force since <Moment at={current.applied_at} />.{' '}
          {draftText(facts)}
        </>
      }
      acts={
        <>
          {mayChange && state.isDraft && (
            <Button kind="plain" onPress={drop}>
              Drop draft
            </Button>
          )}
          <Button
            off={!readsWell(report) || simulation.state.phase === 'running'}
            onPress={() => {
              simulation.run(state.draft.text, DAYS)
              setSearch({ tab: 'simulate' })
            }}
          >
            Simulate {String(DAYS)} days
          </Button>
          {mayChange && (
            <Button kind="primary" off={hindrance(facts) !== undefined} onPress={() => setPublishing(true)}>
              Publish…
            </Button>
          )}
        </>
      }
    >
      <div className="flex min-h-full flex-col pt-3.5 min-[80rem]:h-full">
        <Tabs
          label="Policy"
          value={search.tab ?? 'editor'}
          onChange={(tab) => setSearch({ tab: tab === 'editor' ? undefined : tab })}
          tabs={[
            {
              id: 'editor',
              label: 'Editor',
              content: fill(
                <EditorTab
                  current={current}
                  state={state}
                  report={report}
                  search={search}
                  readOnly={!mayChange}
                  onDrop={drop}
                />,
              ),
            },
            { id: 'reach', label: 'Who reaches what', content: fill(<ReachTab />) },
            {
              id: 'changes',
              label: <>Changes {changed > 0 && <span className="text-ink-3">{changed}</span>}</>,
              content: fill(<ChangesTab text={state.draft.text} changed={changed} report={report} />),
            },
            {
              id: 'simulate',
              label: 'Simulate',
              content: fill(
                <SimulateTab
                  text={state.draft.text}
                  isDraft={state.isDraft}
                  report={report}
                  simulation={simulation}
                  onGoTo={(line) => setSearch({ tab: undefined, line })}
                />,
              ),
            },
            { id: 'history', label: 'History', content: fill(<HistoryTab current={current} />) },
          ]}
        />
      </div>
      {publishing && (
        <PublishDialog
          state={state}
          simulation={simulation}
          onShow={() => {
            setPublishing(false)
            setSearch({ tab: 'simulate' })
          }}
          onClose={() => setPublishing(false)}
        />
      )}
    </Page>
  )
}
