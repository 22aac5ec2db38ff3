/**
 * `npm run long [-- --gb 10 --minutes 10 --only bytes,connects]`: what must not grow with time. Ten gigabytes each way through
 * one connection that renews its keys every 16 MB, and a thousand logins a minute for ten minutes; memory of the gateway is
 * printed as it goes, and must be flat. Ends with `N passed, N failed`.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { GatewayProcess, runCommand, Sshd } from '@sallyport/testkit'

const { values } = parseArgs({
  options: {
    gb: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '10' },
    perMinute: { type: 'string', default: '1000' },
    only: { type: 'string', default: 'bytes,connects' },
  },
})
/** Growth from the first third of a run to the last that still counts as flat: the collector's own breathing. */
const FLAT_BYTES = 20_000_000
const CHUNK = Buffer.alloc(1 << 20, 'sallyport')
const POLICY = {
  hosts: { loopback: '127.0.0.0/8' },
  grants: [{ src: ['autogroup:owner', 'autogroup:admin'], dst: ['loopback'], ip: ['*'] }],
}

await using gateway = await GatewayProcess.start({
  config: ['[ssh]', 'rekey_bytes = "16MiB"', 'per_source_max_startups = 1000', '[log]', 'level = "warn"'],
})
await using target = await Sshd.start({ authorizedKeys: [gateway.publicKey()], config: ['LogLevel ERROR'] })
await gateway.applyPolicy(POLICY)
const options = ['-F', 'none', '-i', gateway.keyFile(), '-o', 'IdentitiesOnly=yes', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'] // biome-ignore format: one command line
const counts = { passed: 0, failed: 0 }

if (values.only.includes('bytes')) await check('10 GB each way with rekeys', () => moveBytes(Number(values.gb) * 1000))
if (values.only.includes('connects'))
  await check('1,000 logins a minute', () => connectForMinutes(Number(values.minutes)))
await check('the audit log verifies', async () => void (await gateway.ok('audit', 'verify')))
console.log(`${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed === 0 ? 0 : 1

async function check(name: string, work: () => Promise<void>): Promise<void> {
  const started = performance.now()
  try {
    await work()
    counts.passed++
    console.log(`✓ ${name} (${Math.round((performance.now() - started) / 1000)} s)`)
  } catch (error) {
    counts.failed++
    console.log(`✗ ${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** One ssh -J whose command sends everything back: bytes go up and down at once, in one connection. */
async function moveBytes(megabytes: number): Promise<void> {
  const jump = `ssh ${options.join(' ')} -o RekeyLimit=16M -p ${gateway.port} -W %h:%p 127.0.0.1`
  const child = spawn(
    'ssh',
    [...options, '-p', String(target.port), '-o', `ProxyCommand=${jump}`, '127.0.0.1', 'cat'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const memory: number[] = []
  const watch = setInterval(() => memory.push(rssBytes()), 5000)
  const sent = createHash('sha256')
  const received = createHash('sha256')
  let back = 0
  child.stdout.on('data', (chunk: Buffer) => {
    received.update(chunk)
    back += chunk.length
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  for (let index = 0; index < megabytes; index++) {
    CHUNK.writeUInt32BE(index)
    const piece = Buffer.from(CHUNK)
    sent.update(piece)
    if (!child.stdin.write(piece)) await new Promise((resolve) => child.stdin.once('drain', resolve))
  }
  child.stdin.end()
  const status = await ended
  clearInterval(watch)
  if (status !== 0) throw new Error(`ssh ended with ${status}`)
  if (sent.digest('hex') !== received.digest('hex')) throw new Error(`what came back differs, ${back} bytes`)
  flat(memory)
  const [rekeys] = /sallyport_key_exchanges_total\S* (\d+)/.exec(await metrics())?.slice(1) ?? ['not counted']
  console.log(`  ${back} bytes each way; key exchanges: ${rekeys}`)
}

async function connectForMinutes(minutes: number): Promise<void> {
  const memory: number[] = []
  const perMinute = Number(values.perMinute)
  for (let minute = 0; minute < minutes; minute++) {
    const started = performance.now()
    let left = perMinute
    let failed = 0
    const worker = async () => {
      while (left-- > 0) {
        const { status } = await runCommand(
          'ssh',
          [...options, '-p', String(gateway.port), '-W', `127.0.0.1:${target.port}`, '127.0.0.1'],
          { input: 'SSH-2.0-probe\r\n' },
        )
        if (status !== 0) failed++
      }
    }
    await Promise.all(Array.from({ length: 8 }, worker))
    memory.push(rssBytes())
    const seconds = (performance.now() - started) / 1000
    console.log(
      `  minute ${minute + 1}: ${perMinute} logins in ${seconds.toFixed(0)} s, ${failed} failed, ${(rssBytes() / 1e6).toFixed(0)} MB`,
    )
    if (failed > 0) throw new Error(`${failed} logins failed`)
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 60_000 - seconds * 1000)))
  }
  flat(memory)
}

/** The last third of the looks against the first: single looks breathe with the collector. */
function flat(memory: readonly number[]): void {
  const third = Math.max(1, Math.floor(memory.length / 3))
  const early = median(memory.slice(0, third))
  const late = median(memory.slice(-third))
  console.log(`  memory in MB: ${memory.map((bytes) => (bytes / 1e6).toFixed(0)).join(' ')}`)
  if (late - early > FLAT_BYTES) throw new Error(`memory grew from ${early} to ${late} bytes`)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function rssBytes(): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))
  return Number(match?.[1] ?? 0) * 1024
}

async function metrics(): Promise<string> {
  return (await fetch(`http://127.0.0.1:${gateway.metricsPort}/metrics`)).text()
}
