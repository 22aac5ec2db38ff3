import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'

/** Runs a program that says `ready` and then a line for each step, kills it `ms` after that, and gives the lines. */
export async function killAfter(program: string, args: readonly string[], ms: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  child.on('close', () => resolve())
  child.stdout.on('data', (chunk: Uint8Array) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), ms)
    output += Buffer.from(chunk).toString()
  })
  await closed
  assert.ok(output.startsWith('ready\n'), `the child wrote ${JSON.stringify(output.slice(0, 200))}`)
  return output.split('\n').slice(0, -1)
}
