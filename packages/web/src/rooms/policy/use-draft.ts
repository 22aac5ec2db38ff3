import type { PolicyDocument } from '@sallyport/api'
import { useState } from 'react'
import { type Draft, keepDraft, readDraft } from './stored-draft.ts'

export interface DraftState {
  readonly draft: Draft
  readonly isDraft: boolean
  readonly write: (text: string) => void
  /** Back to what is in force. */
  readonly drop: () => void
  /** A draft that was dropped is there again. */
  readonly restore: (draft: Draft) => void
  /** Goes on from the version in force with the text as it is. */
  readonly rebase: () => void
}

/** The text in somebody's editor: their draft, or what is in force while they have none. */
export function useDraft(user: string, current: PolicyDocument): DraftState {
  const [kept, setKept] = useState(() => readDraft(user))
  const keep = (draft: Draft | undefined) => {
    setKept(draft)
    keepDraft(user, draft)
  }
  const isDraft = kept !== undefined && kept.text !== current.text
  const draft = isDraft ? kept : { base: current.version, text: current.text }
  return {
    draft,
    isDraft,
    write: (text) => keep(text === current.text ? undefined : { base: draft.base, text }),
    drop: () => keep(undefined),
    restore: keep,
    rebase: () => keep({ base: current.version, text: draft.text }),
  }
}
