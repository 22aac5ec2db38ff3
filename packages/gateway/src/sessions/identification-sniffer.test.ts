import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IdentificationSniffer } from './identification-sniffer.ts'

function sniff(...pieces: readonly string[]): { found: string | undefined; looking: boolean } {
  const sniffer = new IdentificationSniffer()
  for (const piece of pieces) sniffer.push(Buffer.from(piece, 'latin1'))
  const { identification, looking } = sniffer
  return { found: identification && Buffer.from(identification).toString('latin1'), looking }
}

for (const [name, pieces, found] of [
  ['a whole line', ['SSH-2.0-x y\r\nrest'], 'SSH-2.0-x y'],
  ['a line without CR', ['SSH-2.0-x\n'], 'SSH-2.0-x'],
  ['byte by byte', Array.from('SSH-2.0-x\r\n'), 'SSH-2.0-x'],
  ['another protocol', ['HTTP/1.1 200 OK\r\n'], undefined],
  ['another protocol with the same first letters', ['SSHD\r\n'], undefined],
  ['an end within the prefix', ['SSH\r\n'], undefined],
  ['254 bytes and the line feed', [`SSH-${'x'.repeat(250)}\n`], `SSH-${'x'.repeat(250)}`],
  ['a line that is too long', [`SSH-${'x'.repeat(252)}\n`], undefined],
  ['control characters, as they came', ['SSH-\u0000\u001b\u00ff\r\n'], 'SSH-\u0000\u001b\u00ff'],
] as const) {
  test(`identification sniffer: ${name}`, () => {
    assert.deepEqual(sniff(...pieces), { found, looking: false })
  })
}

test('identification sniffer: an unfinished line is looked at further', () => {
  assert.deepEqual(sniff('SSH-2.0'), { found: undefined, looking: true })
})
