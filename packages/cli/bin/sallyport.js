#!/usr/bin/env node
// Plain JavaScript, so that a Node too old for TypeScript still gets this far and hands over to the pinned one.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const MIN_MAJOR = 26
const pinned = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url))

if (Number(process.versions.node.split('.')[0]) >= MIN_MAJOR) {
  process.removeAllListeners('warning') // node:sqlite and type stripping are chosen, not news
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') console.error(`${warning.name}: ${warning.message}`)
  })
  const { main } = await import('../src/main.ts')
  process.exitCode = await main(process.argv.slice(2))
} else if (existsSync(pinned)) {
  const child = spawn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1
    else process.kill(process.pid, signal)
  })
} else {
  console.error(`error: sallyport needs Node ${MIN_MAJOR} or newer, this is ${process.versions.node}`)
  console.error('  fix   npm ci in the checkout, which brings its own')
  process.exitCode = 1
}
