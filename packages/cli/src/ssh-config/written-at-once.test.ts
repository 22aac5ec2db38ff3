import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { TemporaryDirectory } from '@sallyport/testkit'
import { answering, memoryTerminal } from '../../test/run-main.ts'
import { alone } from '../alone.ts'
import { contextWith } from '../connect-context.ts'
import { main } from '../main.ts'
import { chooseGateway } from '../remote/choose-gateway.ts'
import { Profiles } from '../remote/profiles.ts'
import { placeOf, sshFiles, writeSshConfig, writtenGateways } from './ssh-config-files.ts'

const FACTS = {
  hostname: 'gw',
  user: 'alice',
  listeners: [{ name: 'ssh', address: '0.0.0.0', port: 2222 }],
  host_keys: [],
  authorities: [],
  targets: [],
}
const never = new AbortController().signal

test('of two gateways that are written down, or taken away, at once, each sees what the other did', async () => {
  using home = new TemporaryDirectory('at-once')
  const environment = { HOME: home.path }
  const { lock } = new Profiles(environment)
  const { own } = sshFiles(environment)
  const command = (server: string, flag: string) => {
    const { terminal, output } = memoryTerminal({ environment })
    const status = main(['--server', server, 'ssh-config', flag], {
      terminal,
      connect: (options) =>
        contextWith(answering({ 'daemon.ssh-config': FACTS }), {
          terminal,
          options,
          signal: never,
          stateDirectory: '/nonexistent',
          remote: chooseGateway(options, environment),
        }),
    })
    return { status, output }
  }
  const write = (name: string) => {
    const server = `https://${name}:8443`
    const rendered = { ssh_config: `Host ${name}\n`, known_hosts: '' }
    writeSshConfig(server, placeOf(server, [], name, environment), rendered, environment)
  }
  const servers = () => writtenGateways(environment).map(({ server }) => server)

  const first = await alone(lock, never, async () => {
    const running = command('https://one:8443', '--write')
    await wait(100) // time in which it should not have gone on
    assert.ok(!existsSync(own), 'it waits')
    write('two')
    return running
  })
  assert.equal(await first.status, 0, first.output().stderr)
  assert.deepEqual(servers(), ['https://two:8443', 'https://one:8443'])

  const second = await alone(lock, never, async () => {
    const running = command('https://two:8443', '--remove')
    await wait(100)
    write('three')
    return running
  })
  assert.equal(await second.status, 0, second.output().stderr)
  assert.deepEqual(servers(), ['https://one:8443', 'https://three:8443'])
  assert.match(readFileSync(sshFiles(environment).config, 'utf8'), /^Include /)
})
