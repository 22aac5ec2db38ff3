import type { ApiClient } from '@sallyport/api'
import { type JsonFields, renderJson, renderJsonLine } from './output/json.ts'
import { type Column, renderTable } from './output/table.ts'
import type { Terminal } from './terminal.ts'

/** Flags that every command takes. */
export interface GlobalOptions {
  readonly state: string | undefined
  readonly json: JsonFields | undefined
  readonly quiet: boolean
  readonly yes: boolean
  /** Milliseconds to wait for the daemon to begin its answer. */
  readonly timeoutMs: number
  readonly input: boolean
}

/** What a command works with. */
export class CommandContext {
  readonly terminal: Terminal
  readonly options: GlobalOptions
  readonly stateDirectory: string
  readonly signal: AbortSignal
  readonly #connect: () => ApiClient

  constructor(
    terminal: Terminal,
    options: GlobalOptions,
    stateDirectory: string,
    signal: AbortSignal,
    connect: () => ApiClient,
  ) {
    this.terminal = terminal
    this.options = options
    this.stateDirectory = stateDirectory
    this.signal = signal
    this.#connect = connect
  }

  /** The daemon's operations. */
  get daemon(): ApiClient {
    return this.#connect()
  }

  /** Prints data: as JSON where asked, else as the text given. */
  print(value: unknown, human: () => string): void {
    const { json } = this.options
    this.terminal.stdout.write(json === undefined ? human() : renderJson(value, json))
  }

  /** Prints a list as a table, or a sentence where it is empty. */
  printList<Row>(rows: readonly Row[], columns: readonly Column<Row>[], empty: string): void {
    if (this.options.json === undefined && rows.length === 0) {
      this.note(empty)
      return
    }
    this.print(rows, () => renderTable(columns, rows, this.terminal))
  }

  /** Prints one value of a stream: a line of JSON, or a line of text. */
  printLine(value: unknown, human: () => string): void {
    const { json } = this.options
    this.terminal.stdout.write(json === undefined ? `${human()}\n` : renderJsonLine(value, json))
  }

  /** Says something to the person that is not data: on stderr, and not with --quiet. */
  note(text: string): void {
    if (!this.options.quiet) this.terminal.stderr.write(`${text}\n`)
  }
}
