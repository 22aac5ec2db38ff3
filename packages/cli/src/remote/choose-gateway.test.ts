import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { TemporaryDirectory } from '@sallyport/testkit'
import { chooseGateway } from './choose-gateway.ts'
import { Profiles } from './profiles.ts'

const flags = { state: undefined, server: undefined, fingerprint: undefined, local: false }
const PRINT = Array.from({ length: 32 }, () => 'AB').join(':')

test('flags come before SALLYPORT_SERVER, that before SALLYPORT_STATE, that before the gateway signed in to last', () => {
  using home = new TemporaryDirectory('home')
  const environment = { HOME: home.path }
  const chosen = (given: Partial<typeof flags> | object, variables = {}) =>
    chooseGateway({ ...flags, ...given }, { ...environment, ...variables })?.profile.server
  assert.equal(chosen({}), undefined, 'nothing says otherwise: the socket')
  new Profiles(environment).keep({ server: 'https://saved:8443', fingerprint: undefined })
  const both = { SALLYPORT_SERVER: 'env', SALLYPORT_STATE: '/state' }
  const table: [given: object, variables: object, server: string | undefined][] = [
    [{}, {}, 'https://saved:8443'],
    [{}, { SALLYPORT_STATE: '/state' }, undefined],
    [{}, both, 'https://env:8443'],
    [{ server: 'flag' }, both, 'https://flag:8443'],
    [{ state: '/state' }, both, undefined],
    [{ local: true }, both, undefined],
    [{}, { SALLYPORT_SERVER: '', SALLYPORT_STATE: '' }, 'https://saved:8443'],
  ]
  for (const [given, variables, server] of table)
    assert.equal(chosen(given, variables), server, JSON.stringify([given, variables]))
  assert.throws(() => chosen({ server: 'a', local: true }), { reason: 'usage.invalid' })
  assert.throws(() => chosen({ server: 'a', state: '/b' }), { reason: 'usage.invalid' })
})

test('a pinned certificate and a session are those of this gateway; what is given now comes first', () => {
  using home = new TemporaryDirectory('home')
  const environment = { HOME: home.path }
  const profiles = new Profiles(environment)
  profiles.keep({ server: 'https://a:8443', fingerprint: PRINT })
  profiles.keepSession('https://a:8443', { token: 'sps_a', user: 'alice', expiresAt: undefined })
  profiles.keep({ server: 'https://b:8443', fingerprint: undefined })
  const a = chooseGateway({ ...flags, server: 'a' }, environment)
  assert.deepEqual([a?.profile.fingerprint, a?.token], [PRINT, 'sps_a'])
  const b = chooseGateway(flags, environment)
  assert.deepEqual([b?.profile.server, b?.profile.fingerprint, b?.token], ['https://b:8443', undefined, undefined])
  const given = chooseGateway(
    { ...flags, server: 'a' },
    { ...environment, SALLYPORT_TOKEN: 'spt_x', SALLYPORT_FINGERPRINT: '00'.repeat(32) },
  )
  assert.deepEqual([given?.token, given?.profile.fingerprint?.slice(0, 5)], ['spt_x', '00:00'])
})

test('profiles and sessions are files of their owner alone; what somebody else wrote there is named, not believed', () => {
  using home = new TemporaryDirectory('home')
  const profiles = new Profiles({ HOME: home.path })
  profiles.keep({ server: 'https://[::1]:8443', fingerprint: undefined })
  profiles.keepSession('https://[::1]:8443', { token: 'sps_a', user: 'alice', expiresAt: undefined })
  const { session } = profiles.paths('https://[::1]:8443')
  for (const path of [session, home.file('.config', 'sallyport', 'profiles.json')])
    assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.ok(!session.slice(home.path.length).includes(':'), 'no character that ssh_config or others take apart')
  writeFileSync(home.file('.config', 'sallyport', 'profiles.json'), '[')
  assert.throws(() => profiles.list(), { reason: 'usage.file-unreadable' })
  assert.equal(new Profiles({ HOME: home.path, XDG_CONFIG_HOME: '/elsewhere' }).directory, '/elsewhere/sallyport')
})
