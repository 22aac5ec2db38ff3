import type { ApiClient } from '@sallyport/api'
import { printableLines } from './output/escape.ts'
import { type JsonFields, renderJson, renderJsonLine } from './output/json.ts'
import { type Column, renderTable } from './output/table.ts'
import type { Remote } from './remote/choose-gateway.ts'
import type { Terminal } from './terminal.ts'

/** Flags that every command takes. */
export interface GlobalOptions {
  readonly state: string | undefined
  /** The gateway to speak to over HTTPS, as typed. */
  readonly server: string | undefined
  /** SHA-256 of its certificate, as typed. */
  readonly fingerprint: string | undefined
  /** This machine's gateway, whichever one was signed in to. */
  readonly local: boolean
  readonly json: JsonFields | undefined
  readonly quiet: boolean
  readonly yes: boolean
  readonly input: boolean
  /** Milliseconds to wait for the daemon to begin its answer. */
  readonly timeoutMs: number
}

/** What a command works with. */
export interface CommandContextParts {
  readonly terminal: Terminal
  readonly options: GlobalOptions
  readonly stateDirectory: string
  /** The gateway over HTTPS; undefined: this machine's, through its socket. */
  readonly remote?: Remote | undefined
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal
  /** The daemon's operations. Texts in its answers are printable already, unless JSON was asked for (V-I03). */
  readonly daemon: ApiClient
  /** The same with answers exactly as they came, for what is written to files or has line ends of its own. */
  readonly verbatimDaemon: ApiClient
}

export class CommandContext {
  readonly terminal: Terminal
  readonly options: GlobalOptions
  readonly stateDirectory: string
  readonly remote: Remote | undefined
  readonly signal: AbortSignal
  readonly daemon: ApiClient
  readonly verbatimDaemon: ApiClient

  constructor(parts: CommandContextParts) {
    this.terminal = parts.terminal
    this.options = parts.options
    this.stateDirectory = parts.stateDirectory
    this.remote = parts.remote
    this.signal = parts.signal
    this.daemon = parts.daemon
    this.verbatimDaemon = parts.verbatimDaemon
  }

  /** Prints data: as JSON where asked, else as the text given. */
  print(value: unknown, human: () => string): void {
    const { json } = this.options
    this.terminal.stdout.write(json === undefined ? human() : renderJson(value, json))
  }

  /** Prints a list as a table; where it is empty, says so on stderr. */
  printList<Row>(rows: readonly Row[], columns: readonly Column<Row>[], empty: string): void {
    if (this.options.json === undefined && rows.length === 0) {
      this.note(empty)
      return
    }
    this.print(rows, () => renderTable(columns, rows, this.terminal))
  }

  /** Prints one value of a stream, a line of JSON or of text, and waits while the reader is behind. */
  printLine(value: unknown, human: () => string): Promise<void> {
    const { json } = this.options
    return this.writeLine(json === undefined ? `${human()}\n` : renderJsonLine(value, json))
  }

  /** Writes a text as it is, and waits while the reader is behind. */
  async writeLine(text: string): Promise<void> {
    const { stdout } = this.terminal
    if (!stdout.write(text)) await new Promise((resolve) => stdout.once('drain', resolve))
  }

  /** Says something to the person that is not data: on stderr, and not with --quiet. */
  note(text: string): void {
    if (!this.options.quiet) this.terminal.stderr.write(`${printableLines(text)}\n`)
  }
}
