import assert from 'node:assert/strict'
import { test } from 'node:test'
import { environmentName } from './environment-name.ts'
import { settingsByName } from './settings.ts'
import { unknownVariables } from './unknown-variables.ts'

test('a variable of ours that nobody reads is told with the nearest that somebody does', () => {
  const environment = {
    SALLYPORT_SSH_LOGIN_GRASE: '1m',
    SALLYPORT_SRVER: 'gw',
    sallyport_state: 'x',
    SALLYPORT_COFFEE: 'yes',
    SALLYPORT_log_level: 'debug',
    SALLYPORT_GONE: undefined,
  }
  assert.deepEqual(unknownVariables(environment), [
    { name: 'SALLYPORT_COFFEE', nearest: undefined },
    { name: 'SALLYPORT_SRVER', nearest: 'SALLYPORT_SERVER' },
    { name: 'SALLYPORT_SSH_LOGIN_GRASE', nearest: 'SALLYPORT_SSH_LOGIN_GRACE' },
    { name: 'SALLYPORT_log_level', nearest: 'SALLYPORT_LOG_LEVEL' },
  ])
})

test('settings, what the command reads, other programs’ and a platform’s variables are nothing to tell', () => {
  const names = [
    ...[...settingsByName.keys()].map(environmentName),
    ...['SERVER', 'TOKEN', 'FINGERPRINT', 'STATE', 'ACCEPT_AUDIT_ROLLBACK'].map((name) => `SALLYPORT_${name}`),
    ...['SERVICE_HOST', 'SERVICE_PORT', 'SERVICE_PORT_SSH', 'PORT', 'PORT_2222_TCP'].map((name) => `SALLYPORT_${name}`),
    ...['PORT_2222_TCP_ADDR', 'PORT_2222_TCP_PORT', 'PORT_2222_TCP_PROTO'].map((name) => `SALLYPORT_${name}`),
    'HOME',
    'MY_SALLYPORT_STATE',
  ]
  assert.deepEqual(unknownVariables(Object.fromEntries(names.map((name) => [name, 'x']))), [])
})
