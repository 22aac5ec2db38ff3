let opener: ((answer: (proved: boolean) => void) => void) | undefined

/** The dialog that asks registers itself here. */
export function onAskForProof(open: typeof opener): () => void {
  opener = open
  return () => {
    if (opener === open) opener = undefined
  }
}

/** Asks the person to prove themselves with a passkey; resolves to whether they did. */
export function askForProof(): Promise<boolean> {
  return new Promise((resolve) => {
    if (opener === undefined) resolve(false)
    else opener(resolve)
  })
}
