/** Renewing while ssh is at work: what one ssh has read must not be taken away by another that renews. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CommandUser } from '@sallyport/testkit'
import { atConsole, known, serverOf } from './at-console.ts'
import { hasOpenSsh, TestGateway } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'], 'penalties.enabled': false }
/** A certificate of a minute is about to end from the start. */
const ABOUT_TO_END = ' --ttl 1m'

async function signedIn(gate: TestGateway, user: CommandUser, more: string): Promise<void> {
  const browser = await atConsole(gate)
  const running = user.start(`login --device ${known(gate)}${more}`)
  const code = await running.says(/approve the code\n {2}(\S+)/)
  await browser.api.call('device.decide', { code, approve: true })
  assert.equal(await running.ended, 0, running.stderr)
}

async function renewedBy(user: CommandUser, times: number): Promise<boolean[]> {
  const all = await Promise.all(Array.from({ length: times }, () => user.run('cert renew --if-needed --json=renewed')))
  return all.map(({ stdout, stderr }) => {
    assert.match(stdout.toString(), /renewed/, stderr)
    return (JSON.parse(stdout.toString()) as { renewed: boolean }).renewed
  })
}

test('many at once make one certificate, and the key that some ssh has in hand stays in the agent; logout takes both', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  using user = new CommandUser(gate.directory.file('home-alice'))
  await signedIn(gate, user, ABOUT_TO_END)
  const before = user.keysInAgent()
  const renewed = await renewedBy(user, 5)
  assert.deepEqual(renewed.filter(Boolean), [true], 'one of them')
  const after = user.keysInAgent()
  assert.equal(after.length, 4)
  assert.ok(before.every((line) => after.includes(line)))
  assert.deepEqual(await renewedBy(user, 1), [false])
  assert.equal((await user.run('logout')).status, 0)
  assert.deepEqual(user.keysInAgent(), [])
})

test('asked for by name, a new one takes the place of all before it', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  using user = new CommandUser(gate.directory.file('home-alice'))
  await signedIn(gate, user, ABOUT_TO_END)
  await renewedBy(user, 1)
  assert.equal(user.keysInAgent().length, 4)
  assert.equal((await user.run('cert renew')).status, 0)
  assert.equal(user.keysInAgent().length, 2)
})

test('a key in a file is certified again, so that who has read the certificate can still sign', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  using user = new CommandUser(gate.directory.file('home-alice'), { agent: false })
  await signedIn(gate, user, ABOUT_TO_END)
  const folder = join(user.home, '.config/sallyport', `localhost_${new URL(serverOf(gate)).port}`)
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const [key, certificate] = [read('id_ed25519'), read('id_ed25519-cert.pub')]
  assert.deepEqual((await renewedBy(user, 3)).filter(Boolean), [true])
  assert.equal(read('id_ed25519').split('\n').length, key.split('\n').length)
  const serial = async () => (await user.run('cert inspect --json=serial,fingerprint')).stdout.toString()
  const second = JSON.parse(await serial()) as { serial: string; fingerprint: string }
  assert.notEqual(read('id_ed25519-cert.pub'), certificate)
  assert.equal((await user.run('cert renew')).status, 0)
  const third = JSON.parse(await serial()) as typeof second
  assert.notEqual(third.fingerprint, second.fingerprint, 'asked for by name it is a new key')
})

test('near the end of a session nothing is renewed that could not last longer', { skip }, async () => {
  await using gate = await TestGateway.start({ flags: { ...flags, 'https.session_limit': '2m' } })
  using user = new CommandUser(gate.directory.file('home-alice'))
  await signedIn(gate, user, '')
  const before = user.keysInAgent()
  assert.deepEqual(await renewedBy(user, 2), [false, false])
  assert.deepEqual(user.keysInAgent(), before)
})

test('a key whose certificate never came is not taken for that of the certificate before it', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  using user = new CommandUser(gate.directory.file('home-alice'), { agent: false })
  await signedIn(gate, user, '')
  const folder = join(user.home, '.config/sallyport', `localhost_${new URL(serverOf(gate)).port}`)
  const renewed = async () => {
    const { stdout } = await user.run('cert renew --if-needed --json')
    return (JSON.parse(stdout.toString()) as { renewed: boolean }).renewed
  }
  assert.equal(await renewed(), false)
  // As a renewal leaves it that was killed, or found the disk full, between its two files.
  writeFileSync(join(folder, 'id_ed25519'), readFileSync(gate.key().file))
  assert.equal(await renewed(), true)
  assert.equal(await renewed(), false)
})
