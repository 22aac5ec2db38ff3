import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { TemporaryDirectory } from '@sallyport/testkit'
import { placeOf, removeSshConfig, writeSshConfig, writtenGateways } from './ssh-config-files.ts'

const SERVER = 'https://gw.example.com:8443'
const RENDERED = { ssh_config: 'Host sallyport\n  HostName gw.example.com\n', known_hosts: '' }

test('a home whose name is not ASCII is included by the bytes of its name, once, and the line goes again', () => {
  using directory = new TemporaryDirectory('homes')
  for (const name of ['josé', 'Łukasz 🔑']) {
    const home = directory.file(name)
    mkdirSync(`${home}/.ssh`, { recursive: true })
    const config = `${home}/.ssh/config`
    writeFileSync(config, '# für mich\nHost other\n')
    const environment = { HOME: home }
    const write = () => writeSshConfig(SERVER, placeOf(SERVER, [], undefined, environment), RENDERED, environment)
    write()
    const line = name.includes(' ') ? `Include "${home}/.ssh/sallyport.conf"` : `Include ${home}/.ssh/sallyport.conf`
    assert.equal(readFileSync(config, 'utf8'), `${line}\n# für mich\nHost other\n`)
    assert.deepEqual(write(), [], 'a second time changes nothing')
    removeSshConfig(writtenGateways(environment), environment)
    assert.equal(readFileSync(config, 'utf8'), '# für mich\nHost other\n')
  }
})
