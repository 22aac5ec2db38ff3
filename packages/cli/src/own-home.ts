import { homedir } from 'node:os'

/** Home of who runs this; `/` for a number that has no name, as in a container, where HOME says nothing either. */
export function ownHome(): string {
  try {
    return homedir()
  } catch {
    return '/'
  }
}
