import { readFile } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { CommandError } from './command-error.ts'
import type { Terminal } from './terminal.ts'

/** Largest file a command reads whole, in bytes: above the largest policy and any ssh_config. */
const FILE_MAX_BYTES = 32 * 1024 * 1024

/** The text of a file, or of standard input for `-`. */
export async function readText(path: string, terminal: Terminal): Promise<string> {
  if (path === '-') return readAll(terminal.stdin)
  try {
    const bytes = await readFile(path)
    if (bytes.length > FILE_MAX_BYTES)
      throw new CommandError('usage.file-unreadable', `${path} is larger than ${FILE_MAX_BYTES} bytes`)
    return bytes.toString('utf8')
  } catch (cause) {
    if (cause instanceof CommandError) throw cause
    throw new CommandError('usage.file-unreadable', `${path} cannot be read`, { why: (cause as Error).message, cause })
  }
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  // A pipe cuts where it likes, also within a character.
  const decoder = new StringDecoder('utf8')
  let text = ''
  for await (const chunk of stream) {
    text += typeof chunk === 'string' ? chunk : decoder.write(chunk)
    if (text.length > FILE_MAX_BYTES)
      throw new CommandError('usage.file-unreadable', `standard input is larger than ${FILE_MAX_BYTES} bytes`)
  }
  return text + decoder.end()
}
