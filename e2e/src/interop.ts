/**
 * `npm run interop [-- --only TEXT]`: stock clients through the gateway to a real sshd. As root it installs and unpacks the
 * peers it needs; what is missing is skipped and named. Ends with `N passed, N failed, N skipped`.
 */
import { writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import {
  ensureDebian13,
  ensureDebianPackages,
  GatewayProcess,
  INTEROP_PACKAGES,
  runCommand,
  Sshd,
  TemporaryDirectory,
} from '@sallyport/testkit'
import { opensshCases } from './clients/openssh.ts'
import { otherCases } from './clients/others.ts'
import type { InteropCase, InteropStage } from './interop-case.ts'

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })

ensureDebianPackages(INTEROP_PACKAGES)
const missing = ensureDebian13()
if (missing !== undefined) console.error(`NO OpenSSH 10, its cases are skipped: ${missing}`)

/** Loopback is never meant by `*`: the cases' target and second gateway are named as what they are. */
const POLICY = {
  hosts: { loopback: '127.0.0.0/8' },
  grants: [{ src: ['autogroup:owner', 'autogroup:admin'], dst: ['*', 'loopback'], ip: ['*'] }],
}

await using gateway = await GatewayProcess.start({ keyTypes: ['ed25519', 'ecdsa', 'rsa'] })
await using second = await GatewayProcess.start()
const admin = (JSON.parse(await second.ok('user', 'ls', '--json=name')) as { name: string }[])[0]?.name ?? ''
using directory = new TemporaryDirectory('interop')
writeFileSync(directory.file('gateway.pub'), gateway.publicKey())
await second.ok('key', 'add', admin, directory.file('gateway.pub'))
await using target = await Sshd.start({
  authorizedKeys: [gateway.publicKey()],
  hostKeyTypes: ['ed25519', 'ecdsa', 'rsa'],
  config: ['PermitTTY yes'],
})
await gateway.applyPolicy(POLICY)
await second.applyPolicy(POLICY)
await gateway.ok('target', 'add', 'box', '127.0.0.1', '-p', String(target.port))

const knownHosts = directory.file('known_hosts')
const scans = await Promise.all(
  [gateway.port, second.port].map((port) => runCommand('ssh-keyscan', ['-p', String(port), '127.0.0.1'])),
)
writeFileSync(
  knownHosts,
  [
    ...scans.map(({ stdout }) => stdout.toString().trim()),
    ...target.knownHosts,
    ...target.hostKeys.map((key) => `127.0.0.1 ${key}`),
  ]
    .map((line) => `${line}\n`)
    .join(''),
)
const stage: InteropStage = {
  gateway,
  second,
  target,
  login: userInfo().username,
  keyFile: gateway.keyFile(),
  knownHosts,
  directory,
}

const counts = { passed: 0, failed: 0, skipped: 0 }
for (const one of [...opensshCases, ...otherCases] satisfies InteropCase[]) {
  const name = `${one.client}: ${one.does}`
  if (!name.includes(values.only)) continue
  const lacks = one.needs()
  if (lacks !== undefined) {
    counts.skipped++
    console.log(`- SKIPPED ${name} (needs ${lacks})`)
    continue
  }
  const started = performance.now()
  try {
    await one.run(stage)
    counts.passed++
    console.log(`✓ ${name} (${Math.round(performance.now() - started)} ms)`)
  } catch (error) {
    counts.failed++
    console.log(`✗ ${name}\n${error instanceof Error ? error.message : String(error)}`)
  }
}
const verified = await gateway.sallyport('audit', 'verify')
console.log(verified.stdout.toString().trim())
counts[verified.status === 0 ? 'passed' : 'failed']++
if (counts.failed > 0) console.log(`--- the gateway's output\n${gateway.output.slice(-8000)}`)
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exitCode = counts.failed === 0 ? 0 : 1
