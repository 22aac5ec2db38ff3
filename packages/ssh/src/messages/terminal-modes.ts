import { ByteReader, ByteWriter } from '@sallyport/wire'

/** One entry of RFC 4254 §8: opcode 1…159 and its argument. */
export interface TerminalMode {
  readonly opcode: number
  readonly value: number
}

/** RFC 4254 §8: from 160 on the argument's form is undefined, parsing stops there. */
const FIRST_UNDEFINED_OPCODE = 160
const TTY_OP_END = 0
/** One for each opcode there can be, twice over. */
const MAX_MODES = 320

/** Reads the modes of a pty-req. Throws DecodeError for a cut-off argument; a missing TTY_OP_END is common and accepted. */
export function decodeTerminalModes(bytes: Uint8Array): readonly TerminalMode[] {
  const reader = new ByteReader(bytes)
  const modes: TerminalMode[] = []
  while (reader.remaining > 0) {
    const opcode = reader.u8('terminal-modes.opcode')
    if (opcode === TTY_OP_END || opcode >= FIRST_UNDEFINED_OPCODE) break
    if (modes.length === MAX_MODES) throw reader.error(`has more than ${MAX_MODES} entries`, 'terminal-modes')
    modes.push({ opcode, value: reader.u32('terminal-modes.value') })
  }
  return modes
}

export function encodeTerminalModes(modes: readonly TerminalMode[]): Uint8Array {
  const writer = new ByteWriter()
  for (const mode of modes) writer.u8(mode.opcode).u32(mode.value)
  return writer.u8(TTY_OP_END).finish()
}
