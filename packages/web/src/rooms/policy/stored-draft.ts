/** A policy that somebody is writing, and the version they began from. */
export interface Draft {
  readonly base: number
  readonly text: string
}

/** Apart for each person: whoever signs in here next would publish in their own name what somebody else wrote. */
function keyOf(user: string): string {
  return `sallyport.policy-draft.${user}`
}

/** The draft that this browser kept for somebody; nothing where there is none that can be read. */
export function readDraft(user: string, storage: Pick<Storage, 'getItem'> = localStorage): Draft | undefined {
  try {
    const draft = JSON.parse(storage.getItem(keyOf(user)) ?? 'null') as Partial<Draft> | null
    if (typeof draft?.text !== 'string' || typeof draft.base !== 'number') return undefined
    return { base: draft.base, text: draft.text }
  } catch {
    return undefined
  }
}

/** Keeps it until it is published or dropped. A full or closed storage only means that it is not kept. */
export function keepDraft(
  user: string,
  draft: Draft | undefined,
  storage: Pick<Storage, 'setItem' | 'removeItem'> = localStorage,
): void {
  try {
    if (draft === undefined) storage.removeItem(keyOf(user))
    else storage.setItem(keyOf(user), JSON.stringify(draft))
  } catch {}
}
