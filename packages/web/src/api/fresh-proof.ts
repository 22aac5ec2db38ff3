import { ApiError } from '@sallyport/api'

/** Asks the person to prove themselves once more; resolves to whether they did. */
export type AskForProof = () => Promise<boolean>

let ask: AskForProof | undefined

/** The frame says here how it asks; it returns how to stop. */
export function onProofNeeded(handler: AskForProof): () => void {
  ask = handler
  return () => {
    if (ask === handler) ask = undefined
  }
}

/** Does it; where the gateway finds that the sign-in is too old for it, asks for a proof and does it once more. */
export async function withFreshProof<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const stale = error instanceof ApiError && error.reason === 'sign-in.stale'
    if (!stale || ask === undefined || !(await ask())) throw error
    return act()
  }
}
