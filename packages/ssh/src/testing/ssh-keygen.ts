import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Why tests against OpenSSH's tools cannot run here, or undefined when they can. */
export function missingTool(...names: readonly string[]): string | undefined {
  for (const name of names) {
    try {
      execFileSync('/bin/sh', ['-c', `command -v ${name}`], { stdio: 'pipe' })
    } catch {
      return `needs ${name}`
    }
  }
  return undefined
}

/** A temporary directory in which real ssh-keygen works; removed when disposed of. */
export class KeygenDirectory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'sallyport-keys-'))

  /** Runs ssh-keygen in the directory, no terminal attached; its output. Throws when it fails. */
  run(...args: readonly string[]): string {
    return execFileSync('ssh-keygen', args, { cwd: this.path, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }

  /** A new key `name`, `name.pub`. */
  generate(name: string, type: string, ...args: readonly string[]): void {
    this.run('-q', '-t', type, '-f', name, '-C', name, ...(args.includes('-N') ? [] : ['-N', '']), ...args)
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), 'utf8')
  }

  /** Readable by the owner only, as OpenSSH demands of private keys. */
  write(name: string, text: string): string {
    const path = join(this.path, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
