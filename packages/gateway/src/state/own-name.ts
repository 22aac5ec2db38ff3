import { userInfo } from 'node:os'

/** Name of who runs this process; in a container that may be a number that has none. */
export function ownName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'nobody')
  }
}
