/** A reload of the configuration while the store, or the audit log in it, fails. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { TestGateway } from './test-gateway.ts'

const banner = async (gate: TestGateway) => {
  const { settings } = await gate.api.call('daemon.config')
  return settings.find(({ key }) => key === 'ssh.banner')?.value
}

test('a configuration that is in force is in the audit log, also when users and policy could not be read again', async () => {
  await using gate = await TestGateway.start()
  using database = new DatabaseSync(`${gate.stateDirectory}/sallyport.db`)
  database.exec('alter table targets rename to away')
  writeFileSync(`${gate.stateDirectory}/sallyport.toml`, '[ssh]\nbanner = "welcome"\n')
  const { changed } = await gate.api.call('daemon.reload')
  database.exec('alter table away rename to targets')
  assert.deepEqual(changed, ['ssh.banner'])
  assert.equal(await banner(gate), 'welcome')
  assert.deepEqual(
    (await gate.events('config-changed')).map(({ data }) => data['keys']),
    [['ssh.banner']],
  )
})

test('a configuration that the audit log does not take is not in force, and is once it does', async () => {
  await using gate = await TestGateway.start()
  using database = new DatabaseSync(`${gate.stateDirectory}/sallyport.db`)
  database.exec("create trigger fault before insert on audit_entries begin select raise(abort, 'a fault'); end")
  writeFileSync(`${gate.stateDirectory}/sallyport.toml`, '[ssh]\nbanner = "welcome"\n')
  await assert.rejects(gate.api.call('daemon.reload'), /audit log/)
  assert.equal(await banner(gate), '')
  database.exec('drop trigger fault')
  assert.deepEqual((await gate.api.call('daemon.reload')).changed, ['ssh.banner'])
  assert.equal(await banner(gate), 'welcome')
})

test('of a reload that changes many keys the audit log says how many there were', async () => {
  await using gate = await TestGateway.start()
  const keys = [
    'login_grace = "31s"',
    'max_auth_tries = 5',
    'per_source_max_startups = 99',
    'banner = "x"',
    'approval_timeout = "3m"',
    'approval_qr = false',
    'second_factor = "never"',
    'second_factor_period = "1h"',
    'max_startups = "90:30:900"',
    'max_connections = 900',
    'keepalive_interval = "16s"',
    'keepalive_count = 4',
  ]
  const dial = ['timeout = "11s"', 'attempt_delay = "251ms"', 'dns_timeout = "4s"']
  const penalties = ['min = "16s"', 'max = "11m"']
  const text = `[ssh]\n${keys.join('\n')}\n[dial]\n${dial.join('\n')}\n[penalties]\n${penalties.join('\n')}\n`
  writeFileSync(`${gate.stateDirectory}/sallyport.toml`, text)
  const { changed } = await gate.api.call('daemon.reload')
  assert.equal(changed.length, 17)
  const [{ data } = { data: {} as Record<string, unknown> }] = await gate.events('config-changed')
  assert.deepEqual(data['keys'], [...changed.slice(0, 15), '…+2'])
})

test('of two reloads at once the later has the last word, also where it finds nothing new', async () => {
  await using gate = await TestGateway.start()
  const file = `${gate.stateDirectory}/sallyport.toml`
  writeFileSync(file, '[ssh]\nbanner = "welcome"\n')
  const first = gate.gateway.reload()
  await Promise.resolve()
  writeFileSync(file, '')
  await Promise.all([first, gate.gateway.reload()])
  assert.equal(await banner(gate), '')
})
