import type { ReachableTarget } from '@sallyport/api'
import { Marked } from '../marked.tsx'
import { PolicyLine } from '../policy-line.tsx'
import { isChecked } from './home-view.ts'

interface ConnectNotesProps {
  readonly target: ReachableTarget
  readonly login: string | undefined
}

/** What will happen on the way, and the line that allows it. */
export function ConnectNotes({ target, login }: ConnectNotesProps) {
  return (
    <div className="-mx-1 mt-1 grid gap-1.5 border-t border-rule px-3.5 pt-2 pb-1.5 text-xs text-ink-2">
      {isChecked(target, login) && (
        <div className="text-caution">
          <Marked mark="clock">The policy wants a check before this login: a passkey, from time to time.</Marked>
        </div>
      )}
      <Marked mark="blind">End to end. Known: who, where, how much. Not known: the content.</Marked>
      <Marked mark="allow">
        You may because of <PolicyLine line={target.line}>{target.rule}</PolicyLine>
      </Marked>
    </div>
  )
}
