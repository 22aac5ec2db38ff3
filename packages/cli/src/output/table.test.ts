import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryTerminal } from '../../test/run-main.ts'
import { renderFacts } from './facts.ts'
import { type Column, renderTable, textWidth } from './table.ts'

interface Row {
  readonly name: string
  readonly size: number
  readonly note: string
}
const columns: readonly Column<Row>[] = [
  { title: 'NAME', value: (row) => row.name },
  { title: 'SIZE', value: (row) => String(row.size), alignRight: true },
  { title: 'NOTE', value: (row) => row.note },
]
const rows: readonly Row[] = [
  { name: 'db1', size: 7, note: '' },
  { name: 'データ', size: 1234, note: 'two cells a letter' },
  { name: 'z\u001b[2J', size: 0, note: 'escaped' },
]

test('columns align, numbers to the right, wide letters counted as two, controls escaped', () => {
  const { terminal } = memoryTerminal()
  assert.equal(
    renderTable(columns, rows, terminal),
    [
      'NAME        SIZE  NOTE',
      'db1            7',
      'データ      1234  two cells a letter',
      'z\\u001b[2J     0  escaped',
      '',
    ].join('\n'),
  )
})

test('a line is cut where the terminal ends, and never when piped', () => {
  const wide = [{ name: 'a', size: 1, note: 'n'.repeat(100) }]
  const line = (options: { tty: boolean }) =>
    renderTable(columns, wide, memoryTerminal({ ...options, columns: 30 }).terminal).split('\n')[1] ?? ''
  assert.equal(textWidth(line({ tty: true })), 30)
  assert.ok(line({ tty: true }).endsWith('…'))
  assert.ok(line({ tty: false }).endsWith('nnn'))
})

test('facts stand under one another, and those without a value are left out', () => {
  const facts = [
    ['name', 'db1'],
    ['tags', ''],
    ['host key', 'ssh-ed25519 AAAA'],
  ] as const
  assert.equal(renderFacts(facts), 'name      db1\nhost key  ssh-ed25519 AAAA\n')
})
