import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requireDestination } from './enrol-by-ssh.ts'

test('V-E16 a destination is never an option of ssh, nor more than one word', () => {
  for (const good of [
    'db1',
    'root@db1.example.com',
    'a.b+c@10.0.0.1',
    '[::1]',
    'ssh://root@db1:2222',
    'alice@example.com@db1',
    'root@::1',
  ])
    requireDestination(good)
  const hostile = [
    '',
    '-oProxyCommand=x',
    '-l',
    'root@-x',
    '@db1',
    'db1 id',
    'db1\nid',
    'db1;id',
    '$(id)',
    'root@db1`id`',
    'a@ b',
  ]
  for (const text of hostile)
    assert.throws(() => requireDestination(text), { reason: 'usage.invalid' }, JSON.stringify(text))
})
