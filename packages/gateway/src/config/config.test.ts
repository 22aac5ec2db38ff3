import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import * as fc from 'fast-check'
import { GatewayError } from '../gateway-error.ts'
import { formatByteSize, parseByteSize } from './byte-size.ts'
import { configReference } from './config-reference.ts'
import { DURATION_MAX_MS, formatDuration, parseDuration } from './duration.ts'
import { type ConfigSources, loadConfig } from './load-config.ts'
import { settingsByName } from './settings.ts'
import { parseSocketAddress } from './socket-address.ts'
import { tomlLines } from './toml-lines.ts'

function load(t: TestContext, text: string | undefined, sources: Partial<ConfigSources> = {}) {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'sallyport-config-'))
  t.after(() => rmSync(stateDirectory, { recursive: true }))
  if (text !== undefined) writeFileSync(join(stateDirectory, 'sallyport.toml'), text)
  return loadConfig({ stateDirectory, ...sources })
}

function problems(t: TestContext, text: string, sources: Partial<ConfigSources> = {}): string {
  try {
    load(t, text, sources)
  } catch (error) {
    assert.ok(error instanceof GatewayError)
    assert.equal(error.reason, 'config.invalid')
    return error.why ?? ''
  }
  return assert.fail('the configuration was taken')
}

test('docs/config.md says what the settings say', () => {
  const document = readFileSync(new URL('../../../../docs/config.md', import.meta.url), 'utf8')
  assert.equal(document, configReference(), 'remake it: node tools/config-reference.ts')
})

test('every setting has a doc, a unit and a default that its schema takes', () => {
  for (const [name, { schema, default: value, doc, unit }] of settingsByName) {
    assert.ok(doc.endsWith('.') && unit !== '', name)
    assert.ok(schema.safeParse(value).success, name)
  }
})

test('without a file every value is the default', (t) => {
  const { config, origins, file } = load(t, undefined)
  assert.equal(file, undefined)
  assert.equal(config.ssh.login_grace, 30_000)
  assert.deepEqual(config.ssh.max_startups, { start: 100, rate: 30, full: 1000 })
  assert.equal(origins.get('ssh.login_grace')?.origin, 'default')
})

test('flag wins over environment, environment over file, file over default, and each says where it came from', (t) => {
  const text = '# mine\n[ssh]\nlogin_grace = "1m"\nmax_auth_tries = 3\nbanner = "hi"\n'
  const { config, origins } = load(t, text, {
    environment: { SALLYPORT_SSH_MAX_AUTH_TRIES: '4', SALLYPORT_SSH_BANNER: 'hello there', SALLYPORT_STATE: '/x' },
    flags: { 'ssh.banner': 'flag' },
  })
  assert.equal(config.ssh.login_grace, 60_000)
  assert.equal(config.ssh.max_auth_tries, 4)
  assert.equal(config.ssh.banner, 'flag')
  assert.equal(origins.get('ssh.login_grace')?.origin, 'sallyport.toml:3')
  assert.equal(origins.get('ssh.max_auth_tries')?.origin, 'environment SALLYPORT_SSH_MAX_AUTH_TRIES')
  assert.equal(origins.get('ssh.banner')?.origin, 'flag')
})

test('the environment takes values as one types them: lists by comma, numbers where a text is wanted', (t) => {
  const { config, origins } = load(t, undefined, {
    environment: {
      SALLYPORT_LISTEN_SSH: '127.0.0.1:2222, [::1]:2222',
      SALLYPORT_PENALTIES_EXEMPT: '["192.0.2.0/24"]',
      SALLYPORT_SSH_BANNER: '2026',
      SALLYPORT_STOP_DRAIN_TIMEOUT: '0',
    },
  })
  assert.deepEqual(
    config.listen.ssh.map(({ address }) => address),
    ['127.0.0.1', '::1'],
  )
  assert.equal(config.penalties.exempt[0]?.text, '192.0.2.0/24')
  assert.equal(config.ssh.banner, '2026')
  assert.equal(config.stop.drain_timeout, 0)
  assert.deepEqual(origins.get('listen.ssh')?.written, ['127.0.0.1:2222', '[::1]:2222'])
})

test('a mistake is to be corrected where it was made: in the variable, the file, the command line', (t) => {
  const fixOf = (text: string | undefined, sources: Partial<ConfigSources>) => {
    try {
      load(t, text, sources)
    } catch (error) {
      return error instanceof GatewayError ? `${error.why ?? ''}\n${error.fix ?? ''}` : ''
    }
    return assert.fail('the configuration was taken')
  }
  const environment = { SALLYPORT_LISTEN_SSH: '127.0.0.1' }
  const variable = fixOf(undefined, { environment })
  assert.match(variable, /“127\.0\.0\.1” is no address with a port/)
  assert.match(variable, /^correct the environment variable SALLYPORT_LISTEN_SSH; /m)
  assert.doesNotMatch(variable, /sallyport\.toml/)
  assert.match(fixOf(undefined, { flags: { 'ssh.banner': 1 } }), /^correct the command line; /m)
  const both = fixOf('[dial]\ntimeout = 3\n', { environment })
  assert.match(both, /sallyport\.toml:2: dial\.timeout: “3” is no duration/)
  assert.match(both, /^correct the environment variable SALLYPORT_LISTEN_SSH and \S+\/sallyport\.toml; /m)
})

test('an unknown key is refused with its line and the nearest name', (t) => {
  assert.match(
    problems(t, '[ssh]\n\nlogin_grase = "1m"\n'),
    /sallyport\.toml:3: unknown key “ssh\.login_grase”; did you mean “ssh\.login_grace”\?/,
  )
  assert.match(
    problems(t, '\n[penaltys]\nmin = "1s"\n'),
    /sallyport\.toml:2: unknown section “penaltys”; did you mean “penalties”\?/,
  )
  assert.match(problems(t, 'ssh = 1\n'), /write \[ssh\]/)
})

test('every mistake is reported, not only the first', (t) => {
  const why = problems(t, '[ssh]\nlogin_grace = "soon"\nmax_startups = "5"\n[dial]\ntimeout = 3\n')
  assert.equal(why.split('\n').length, 3)
  assert.match(why, /sallyport\.toml:2: ssh\.login_grace: “soon” is no duration/)
})

test('a syntax error names its line', (t) => {
  assert.match(problems(t, '[ssh]\nbanner = \n'), /sallyport\.toml:2:/)
})

test('settings that contradict each other are refused', (t) => {
  assert.match(problems(t, '[penalties]\nmin = "20m"\n'), /penalties\.min is above penalties\.max/)
  assert.match(problems(t, '[ssh]\nlogin_grace = "0"\n'), /may not be 0/)
  assert.match(problems(t, '[ssh.listener_algorithms]\n"1.2.3.4:1" = "legacy"\n'), /does not stand in listen\.ssh/)
})

test('times and sizes with which nothing would work are refused', (t) => {
  assert.match(problems(t, '[dial]\ntimeout = 0\n'), /sallyport\.toml:2: dial\.timeout may not be 0/)
  assert.match(problems(t, '[dial]\ndns_timeout = "0s"\n'), /dial\.dns_timeout may not be 0/)
  // A key exchange is some kilobytes itself: below that, one would follow the other for ever.
  assert.match(problems(t, '[ssh]\nrekey_bytes = "0B"\n'), /ssh\.rekey_bytes: .*at least 1MiB/)
  assert.equal(load(t, '[ssh]\nrekey_bytes = "1MiB"\n').config.ssh.rekey_bytes, 1024 ** 2)
})

test('the result cannot be changed', (t) => {
  const { config } = load(t, undefined)
  assert.throws(() => (config.listen.ssh as unknown[]).push(1), TypeError)
})

test('durations and sizes read back what they write', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: DURATION_MAX_MS }), (ms) => parseDuration(formatDuration(ms)) === ms))
  for (const text of ['16MiB', '1GiB', '512B', '3KiB']) assert.equal(formatByteSize(parseByteSize(text) ?? 0), text)
})

test('what is no duration is refused', () => {
  for (const text of ['', '1', '-1s', '1.5s', '1 s', '1s1m', '1s1s', '25d', '9999999999s', 's', '1S'])
    assert.equal(parseDuration(text), undefined, text)
})

test('a socket address needs brackets around IPv6 and a port', () => {
  assert.deepEqual(parseSocketAddress('[::]:2222'), { address: '::', port: 2222 })
  for (const text of ['::1:22', '1.2.3.4', 'host:22', '[1.2.3.4]:22', '1.2.3.4:70000', '1.2.3:22'])
    assert.equal(parseSocketAddress(text), undefined, text)
})

test('lines are found under tables, dotted keys and behind texts of several lines', () => {
  const lines = tomlLines('a.b = 1\n[ssh]\nbanner = """\nx = 1\n"""\n"login_grace" = "1s"\n')
  assert.equal(lines.get('a.b'), 1)
  assert.equal(lines.get('ssh.banner'), 3)
  assert.equal(lines.get('ssh.x'), undefined)
  assert.equal(lines.get('ssh.login_grace'), 6)
})

test('every value that a key’s documentation names can be given in the environment as it is', () => {
  const given = {
    SALLYPORT_LISTEN_HTTPS: 'off',
    SALLYPORT_LISTEN_MUX: 'off',
    SALLYPORT_LISTEN_METRICS: 'off',
    SALLYPORT_LISTEN_SSH: '127.0.0.1:22, [::1]:22',
    SALLYPORT_SSH_BANNER: '6',
  }
  const { config } = loadConfig({ stateDirectory: '/nonexistent', environment: given })
  assert.deepEqual(config.listen.https, [])
  assert.deepEqual(config.listen.mux, [])
  assert.equal(config.listen.metrics, undefined)
  assert.equal(config.listen.ssh.length, 2)
  assert.equal(config.ssh.banner, '6')
})
