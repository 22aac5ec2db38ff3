import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReachableTarget } from '@sallyport/api'
import { isChecked, loginsOf, matching, portsOf, sshCommand, sshConfigText } from './home-view.ts'

const db: ReachableTarget = {
  name: 'db-1',
  address: '10.20.4.11',
  port: 22,
  tags: ['tag:db'],
  ports: '22,5432',
  opened: 22,
  rule: 'grants[0], line 5',
  line: 5,
  logins: { names: [{ login: 'postgres', action: 'check' }], others: 'accept' },
}
const gateway = { host: 'gw.example.com', port: 22 }

test('the command jumps through the gateway and names only ports that are not 22', () => {
  assert.equal(sshCommand(db, gateway, 'postgres'), 'ssh -J gw.example.com postgres@db-1')
  assert.equal(sshCommand(db, gateway, undefined), 'ssh -J gw.example.com db-1')
  const odd = { ...db, port: 2022, opened: 2022 }
  assert.equal(sshCommand(odd, { ...gateway, port: 2222 }, 'x'), 'ssh -J gw.example.com:2222 -p 2022 x@db-1')
})

test('where SSH is not open the command forwards the port that is, from one that anybody may listen on', () => {
  assert.equal(sshCommand({ ...db, opened: 443 }, gateway, 'x'), 'ssh -N -L 10443:db-1:443 gw.example.com')
  assert.equal(
    sshCommand({ ...db, opened: 5432 }, { ...gateway, port: 2222 }, undefined),
    'ssh -N -L 5432:db-1:5432 -p 2222 gw.example.com',
  )
})

test('ssh_config has the jump, the port and the login', () =>
  assert.equal(
    sshConfigText({ ...db, port: 2022 }, gateway, 'postgres'),
    'Host db-1\n  ProxyJump gw.example.com\n  Port 2022\n  User postgres\n',
  ))

test('logins and ports are told in words', () => {
  assert.deepEqual(loginsOf(db), { names: 'postgres', words: 'and any but root' })
  assert.deepEqual(loginsOf({ ...db, logins: null }), { names: '', words: 'any login it takes' })
  assert.deepEqual(loginsOf({ ...db, logins: { names: [], others: null } }), { names: '', words: 'none' })
  assert.equal(portsOf(db), '22, 5432')
  assert.equal(portsOf({ ...db, ports: '*' }), undefined)
})

test('a login is checked by its own rule, any other by the rule for the others', () => {
  assert.equal(isChecked(db, 'postgres'), true)
  assert.equal(isChecked(db, 'alice'), false)
  assert.equal(isChecked({ ...db, logins: null }, 'postgres'), false)
})

test('targets are found by part of a name, an address or a tag, whatever the case', () => {
  const found = (text: string | undefined, tag?: string) => matching([db], { text, tag }).length
  assert.deepEqual(
    [found('DB-'), found('20.4'), found('tag:d'), found('web'), found(undefined, 'tag:web')],
    [1, 1, 1, 0, 0],
  )
})
