#!/usr/bin/env node
// Plain JavaScript, so that a Node too old for TypeScript still gets this far and hands over to the one `npm ci` brought.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MIN_MAJOR = 26
const own = fileURLToPath(import.meta.url)

if (Number(process.versions.node.split('.')[0]) >= MIN_MAJOR) {
  process.removeAllListeners('warning') // node:sqlite and type stripping are chosen, not news
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') console.error(`${warning.name}: ${warning.message}`)
  })
  const { keepCompiledCode } = await import('./compile-cache.js') // named imports of it would stop an old Node
  keepCompiledCode()
  const { main } = await import('../src/main.ts')
  process.exitCode = await main(process.argv.slice(2))
} else {
  const pinned = pinnedNode(dirname(own))
  if (pinned !== undefined) handOver(pinned)
  else {
    console.error(`error: sallyport needs Node ${MIN_MAJOR} or newer, this is ${process.versions.node}`)
    console.error('  fix   npm ci in the checkout, which brings its own')
    process.exitCode = 1
  }
}

/** The binary of the npm package `node`, in the nearest node_modules upwards. */
function pinnedNode(/** @type {string} */ start) {
  for (let directory = start; ; directory = dirname(directory)) {
    const path = join(directory, 'node_modules', 'node', 'bin', 'node')
    if (existsSync(path)) return path
    if (dirname(directory) === directory) return undefined
  }
}

function handOver(/** @type {string} */ node) {
  const child = spawn(node, [own, ...process.argv.slice(2)], { stdio: 'inherit' })
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP']) {
    // Ctrl-C and Ctrl-\ reach the child from the terminal itself; passed on as well, they would count twice.
    const fromTerminal = onTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT')
    process.on(signal, () => fromTerminal || child.kill(signal))
  }
  child.on('error', (error) => {
    console.error(`error: ${node} cannot be run: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal]
  })
}
