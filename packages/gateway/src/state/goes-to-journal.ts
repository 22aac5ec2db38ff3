import { fstatSync } from 'node:fs'

/**
 * Whether what is written to a file descriptor ends in systemd's journal, which keeps it and shows it to a group of people:
 * the service manager names the stream's device and inode in `JOURNAL_STREAM`, so that a redirected one is told apart.
 */
export function goesToJournal(fd: number, environment: Readonly<Record<string, string | undefined>>): boolean {
  const stream = environment['JOURNAL_STREAM']
  if (stream === undefined) return false
  try {
    const { dev, ino } = fstatSync(fd)
    return stream === `${dev}:${ino}`
  } catch {
    return false
  }
}
