import { fileURLToPath } from 'node:url'
import { runCommand } from '@sallyport/testkit'

const SCRIPT = fileURLToPath(new URL('./raw-client.ts', import.meta.url))
const DEADLINE_MS = 300_000

/** Sends so many bytes to a port of 127.0.0.1 from a process of its own, and waits for the end. */
export async function rawPour(port: number, bytes: number): Promise<void> {
  await run(['pour', String(port), String(bytes)])
}

/** Reads from a port of 127.0.0.1 to the end, in a process of its own. */
export async function rawDrain(port: number): Promise<void> {
  await run(['drain', String(port)])
}

async function run(args: readonly string[]): Promise<void> {
  const { status, stderr } = await runCommand(process.execPath, [SCRIPT, ...args], { timeoutMs: DEADLINE_MS })
  if (status !== 0) throw new Error(`raw client ended with ${status}: ${stderr}`)
}
