import { styleText } from 'node:util'

/** Where a command reads and writes; a test gives its own. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly environment: Readonly<Record<string, string | undefined>>
}

export const processTerminal: Terminal = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
}

const USUAL_WIDTH = 80

/** Columns that a line may take: what COLUMNS says, else what the terminal does, which where nobody told it is 0. */
export function terminalWidth({ stdout, environment }: Terminal): number {
  const told = [Number(environment['COLUMNS']), stdout.columns].find(
    (each) => Number.isInteger(each) && Number(each) > 0,
  )
  return told ?? USUAL_WIDTH
}

type Style = Parameters<typeof styleText>[0]

/** Colours a text for a stream, where that is a terminal and nobody said otherwise (NO_COLOR, FORCE_COLOR, TERM=dumb). */
export function styled(stream: NodeJS.WritableStream, style: Style, text: string): string {
  return styleText(style, text, { stream, validateStream: true })
}
