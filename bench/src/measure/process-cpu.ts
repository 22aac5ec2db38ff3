import { readFileSync } from 'node:fs'

/** Kernel ticks a second, as every Linux on our architectures has it (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100

/**
 * CPU seconds a process has used, user and system, with those of its children that have ended and were waited for:
 * so that for sshd, which forks, the whole cost of finished connections stands at the listener.
 */
export function processCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [utime, stime, cutime, cstime] = [11, 12, 13, 14].map((index) => Number(fields[index]))
  return ((utime ?? 0) + (stime ?? 0) + (cutime ?? 0) + (cstime ?? 0)) / TICKS_PER_SECOND
}

/** Resident memory of a process in bytes, and of its living children where asked. */
export function processRssBytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1] ?? 0) * 1024
}

/** Process ids of the living descendants. */
export function descendants(pid: number): number[] {
  let children: number[] = []
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    children = text.split(' ').filter(Boolean).map(Number)
  } catch {
    return [] // it has ended meanwhile
  }
  return children.flatMap((child) => [child, ...descendants(child)])
}
