import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryTerminal } from '../../test/run-main.ts'
import { renderTable } from './table.ts'

const COLUMNS = [{ title: 'NAME', value: (row: string) => row }]
const ROW = 'x'.repeat(60)

test('a terminal that does not know its width still shows a list; COLUMNS says it for one that does not', () => {
  const shown = (columns: number, environment = {}) => {
    const { terminal } = memoryTerminal({ tty: true, columns, environment: { NO_COLOR: '1', ...environment } })
    return renderTable(COLUMNS, [ROW], terminal).split('\n')[1]
  }
  assert.equal(shown(0), ROW)
  assert.equal(shown(20), `${'x'.repeat(19)}…`)
  assert.equal(shown(0, { COLUMNS: '10' }), `${'x'.repeat(9)}…`)
  assert.equal(shown(20, { COLUMNS: '0' }), shown(20))
  assert.equal(shown(20, { COLUMNS: 'wide' }), shown(20))
})
