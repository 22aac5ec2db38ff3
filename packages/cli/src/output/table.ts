import { stripVTControlCharacters } from 'node:util'
import { styled, type Terminal, terminalWidth } from '../terminal.ts'
import { printable } from './escape.ts'

/** One column of a list: its title and what it shows of a row. */
export interface Column<Row> {
  readonly title: string
  readonly value: (row: Row) => string
  readonly alignRight?: boolean
}

const GAP = '  '

/**
 * Rows under titles, columns aligned; the last column is cut where the terminal ends, never when piped.
 * Cell texts are made printable here, so no column has to remember.
 */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], terminal: Terminal): string {
  const cells = rows.map((row) => columns.map((column) => printable(column.value(row))))
  const widths = columns.map((column, index) =>
    Math.max(textWidth(column.title), ...cells.map((line) => textWidth(line[index] ?? ''))),
  )
  const limit = terminal.stdout.isTTY === true ? terminalWidth(terminal) : Number.POSITIVE_INFINITY
  const line = (texts: readonly string[]) =>
    cut(
      texts
        .map((text, index) => pad(text, widths[index] ?? 0, columns[index]?.alignRight === true))
        .join(GAP)
        .trimEnd(),
      limit,
    )
  const titles = styled(terminal.stdout, 'bold', line(columns.map((column) => column.title)))
  return `${[titles, ...cells.map(line)].join('\n')}\n`
}

/** Columns a text takes: wide East Asian characters and emoji take two, combining marks none. */
export function textWidth(text: string): number {
  let width = 0
  for (const char of stripVTControlCharacters(text)) {
    if (/\p{Mark}/u.test(char)) continue
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        char,
      )
        ? 2
        : 1
  }
  return width
}

function pad(text: string, width: number, right: boolean): string {
  const fill = ' '.repeat(Math.max(0, width - textWidth(text)))
  return right ? fill + text : text + fill
}

function cut(text: string, limit: number): string {
  if (textWidth(text) <= limit) return text
  let kept = ''
  for (const char of text) {
    if (textWidth(kept + char) > limit - 1) break
    kept += char
  }
  return `${kept}…`
}
