/** What the command told its browser; what is missing or has another form is left out. */
export interface CommandSearch {
  readonly port?: number
  readonly state?: string
  readonly challenge?: string
}

/** From the page's address, whose numbers the router has read already; a challenge of digits alone is a text all the same. */
export function commandSearch({ port, state, challenge }: Record<string, unknown>): CommandSearch {
  return {
    ...(Number.isInteger(Number(port)) ? { port: Number(port) } : {}),
    ...(typeof state === 'string' || typeof state === 'number' ? { state: String(state) } : {}),
    ...(typeof challenge === 'string' || typeof challenge === 'number' ? { challenge: String(challenge) } : {}),
  }
}
