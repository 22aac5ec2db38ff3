import { quote } from '../../text/quote.ts'
import type { AllOf, EntryKind } from './all-of.ts'

/** Longest path, in code units: PATH_MAX of Linux. */
const PATH_MAX = 4096

/** `/srv/www`: that file, or that folder and all that is below it. `/` is everything. */
export const pathTree: EntryKind<string> = {
  values: 'absolute paths, `"/srv/www"`: it and all below',
  read(node, what, reader) {
    const text = reader.string(node, what)
    if (text === undefined) return undefined
    const path = plainPath(text.value)
    if (path !== undefined) return path
    const message = `${what}: ${quote(text.value)} is no absolute path, or has ".", ".." or "//" in it`
    reader.report('bad-value', text.offset, message)
    return undefined
  },
  text: (path) => path,
}

/** Whether every list holds an absolute path, with its links followed and without `.` and `..`. */
export function pathAllowed(lists: AllOf<string> | undefined, path: string): boolean {
  const plain = plainPath(path)
  if (lists === undefined || lists.length === 0) return true
  if (plain === undefined) return false
  return lists.every(({ entries }) =>
    entries.some((tree) => tree === '/' || plain === tree || plain.startsWith(`${tree}/`)),
  )
}

/** Whether lists take nothing away. */
export function coversEveryPath(lists: AllOf<string> | undefined): boolean {
  return (lists ?? []).every(({ entries }) => entries.includes('/'))
}

/** Without a slash at its end; `undefined` where it could mean another place than it says. */
function plainPath(text: string): string | undefined {
  if (!text.startsWith('/') || text.length > PATH_MAX || text.includes('\0')) return undefined
  if (text === '/') return text
  const path = text.endsWith('/') ? text.slice(0, -1) : text
  const parts = path.slice(1).split('/')
  return parts.some((part) => part === '' || part === '.' || part === '..') ? undefined : path
}
