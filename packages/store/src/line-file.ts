import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StoreError } from './errors.ts'

/** Closes a line that a crash or a full disk cut short; readers skip it. */
const TORN = '#torn'

/**
 * A file of lines that is only ever appended to, so that it may be made append-only or shipped elsewhere while in use.
 * Lines must not contain line feeds. Several processes may append.
 */
export class LineFile implements AsyncDisposable {
  readonly #path: string
  #file: FileHandle
  /** Writes go one behind the other. */
  #last: Promise<unknown> = Promise.resolve()
  /** Whether the file ends inside a line. */
  #torn: boolean

  private constructor(path: string, file: FileHandle, torn: boolean) {
    this.#path = path
    this.#file = file
    this.#torn = torn
  }

  /** Opens the file, for its owner alone, or makes it. Throws `store-unavailable`. */
  static async open(path: string): Promise<LineFile> {
    const { file, torn } = await openedFile(path)
    return new LineFile(path, file, torn)
  }

  /** Resolves when the line is on the disk. Throws `disk-full` or `store-unavailable`. */
  append(line: string): Promise<void> {
    const written = this.#last.then(() => this.#write(line))
    this.#last = written.catch(() => {})
    return written
  }

  /** All whole lines, oldest first. Throws `store-unavailable`. */
  async *lines(): AsyncGenerator<string> {
    await this.#last
    let rest = ''
    try {
      for await (const chunk of createReadStream(this.#path, { encoding: 'utf8' })) {
        const lines = `${rest}${chunk as string}`.split('\n')
        // What has no line feed yet is no line: a crash or a full disk may have cut it short.
        rest = lines.pop() ?? ''
        for (const line of lines) if (line !== '' && !line.endsWith(TORN)) yield line
      }
    } catch (cause) {
      throw new StoreError('store-unavailable', `${this.#path} could not be read`, { cause })
    }
  }

  async close(): Promise<void> {
    await this.#last
    await this.#file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Whoever rotates the file, or removes it, does not take with it what is written from then on. */
  async #follow(): Promise<void> {
    const [here, there] = await Promise.all([this.#file.stat(), stat(this.#path).catch(() => undefined)])
    if (there !== undefined && there.ino === here.ino && there.dev === here.dev) return
    const { file, torn } = await openedFile(this.#path)
    const former = this.#file
    this.#file = file
    this.#torn = torn
    await former.close()
  }

  async #write(line: string): Promise<void> {
    await this.#follow()
    const bytes = new TextEncoder().encode(`${this.#torn ? `${TORN}\n` : ''}${line}\n`)
    try {
      this.#torn = true
      // One write, so that lines of two processes do not mix.
      const { bytesWritten } = await this.#file.write(bytes)
      if (bytesWritten !== bytes.length) throw new StoreError('disk-full', `no space is left for ${this.#path}`)
      this.#torn = false
      await this.#file.datasync()
    } catch (cause) {
      if (cause instanceof StoreError) throw cause
      const full = typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ENOSPC'
      if (full) throw new StoreError('disk-full', `no space is left for ${this.#path}`, { cause })
      throw new StoreError('store-unavailable', `${this.#path} could not be written`, { cause })
    }
  }
}

async function openedFile(path: string): Promise<{ readonly file: FileHandle; readonly torn: boolean }> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(path, 'a+', 0o600)
    const { size } = await file.stat()
    const end = new Uint8Array(1)
    if (size > 0) await file.read(end, 0, 1, size - 1)
    return { file, torn: size > 0 && end[0] !== 0x0a }
  } catch (cause) {
    throw new StoreError('store-unavailable', `${path} could not be opened`, { cause })
  }
}
