import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new directory of mode 0700 that is gone with the `using` block or test that made it. */
export class TemporaryDirectory implements Disposable {
  readonly path: string

  constructor(name = 'test') {
    this.path = mkdtempSync(join(tmpdir(), `sallyport-${name}-`))
  }

  /** A path inside it. */
  file(...parts: readonly string[]): string {
    return join(this.path, ...parts)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
