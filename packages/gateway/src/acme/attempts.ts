import { existsSync, readFileSync, rmSync } from 'node:fs'
import { z } from 'zod'
import { writePrivateFile } from '../state/private-file.ts'

/** Longest reason that is kept, in characters. */
const REASON_MAX = 500

const attempts = z.object({
  /** What was tried: of another configuration they say nothing. */
  settings: z.string(),
  /** In a row. */
  failures: z.number().int().min(1).max(1000),
  /** When the last one failed, milliseconds since the epoch. */
  at: z.number(),
  reason: z.string(),
})
export type Attempts = z.output<typeof attempts>

/** The tries for a certificate that have failed since the last that did not; kept, so that no restart asks too often. */
export class AttemptsFile {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** Undefined where there are none, or none that can be read: then a try is only made earlier. */
  read(): Attempts | undefined {
    if (!existsSync(this.#path)) return undefined
    try {
      return attempts.parse(JSON.parse(readFileSync(this.#path, 'utf8')))
    } catch {
      return undefined
    }
  }

  write(failed: Attempts): void {
    writePrivateFile(this.#path, `${JSON.stringify({ ...failed, reason: failed.reason.slice(0, REASON_MAX) })}\n`)
  }

  clear(): void {
    rmSync(this.#path, { force: true })
  }
}
