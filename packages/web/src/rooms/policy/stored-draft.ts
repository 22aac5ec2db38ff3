/** A policy that somebody is writing, and the version they began from. */
export interface Draft {
  readonly base: number
  readonly text: string
}

const KEY = 'sallyport.policy-draft'

/** The draft that this browser kept; nothing where there is none that can be read. */
export function readDraft(storage: Pick<Storage, 'getItem'> = localStorage): Draft | undefined {
  try {
    const draft = JSON.parse(storage.getItem(KEY) ?? 'null') as Partial<Draft> | null
    if (typeof draft?.text !== 'string' || typeof draft.base !== 'number') return undefined
    return { base: draft.base, text: draft.text }
  } catch {
    return undefined
  }
}

/** Keeps it until it is published or dropped. A full or closed storage only means that it is not kept. */
export function keepDraft(
  draft: Draft | undefined,
  storage: Pick<Storage, 'setItem' | 'removeItem'> = localStorage,
): void {
  try {
    if (draft === undefined) storage.removeItem(KEY)
    else storage.setItem(KEY, JSON.stringify(draft))
  } catch {}
}
