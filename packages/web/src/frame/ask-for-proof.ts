/** What it is asked for: to do something, or to stay signed in. */
export type ProofFor = 'act' | 'stay'

let opener: ((answer: (proved: boolean) => void, what: ProofFor) => void) | undefined

/** The dialog that asks registers itself here. */
export function onAskForProof(open: typeof opener): () => void {
  opener = open
  return () => {
    if (opener === open) opener = undefined
  }
}

/** Asks the person to prove themselves anew; resolves to whether they did. */
export function askForProof(what: ProofFor = 'act'): Promise<boolean> {
  return new Promise((resolve) => {
    if (opener === undefined) resolve(false)
    else opener(resolve, what)
  })
}
