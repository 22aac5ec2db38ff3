/** Builds the console into packages/web/dist, which the gateway serves; does nothing while the build is newer than its sources. */
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DIST = `${ROOT}packages/web/dist`
/** Held while one process builds; tests of several files start at once. Ignored by git as a build is. */
const LOCK = `${ROOT}node_modules/.sallyport-console-build`
/** A lock this old was left by somebody who was killed, in milliseconds; a build takes seconds. */
const LOCK_STALE_MS = 60_000
const LOCK_POLL_MS = 100
/** What the bundle is made of: the console, what it shares with the gateway, and the versions of everything else. */
const SOURCES = [
  'packages/web/{src,public}/**/*',
  'packages/web/{index.html,vite.config.ts,package.json}',
  'packages/{api,model}/src/**/*.ts',
  'package-lock.json',
]

await locked()
try {
  if (isNewest() && !process.argv.includes('--force')) console.log('console: built already')
  else build()
} finally {
  rmSync(LOCK, { recursive: true, force: true })
}

/** Folders count too: a file that is gone changed its folder. */
function isNewest(): boolean {
  const built = statSync(`${DIST}/index.html`, { throwIfNoEntry: false })?.mtimeMs ?? 0
  return globSync(SOURCES, { cwd: ROOT }).every((path) => {
    const changed = statSync(`${ROOT}${path}`, { throwIfNoEntry: false })?.mtimeMs ?? 0
    return changed < built
  })
}

/** Beside the old one, which is whole until the new one is. */
function build(): void {
  const made = `${DIST}.new`
  const old = `${DIST}.old`
  for (const folder of [made, old]) rmSync(folder, { recursive: true, force: true })
  const vite = fileURLToPath(new URL('../node_modules/vite/bin/vite.js', import.meta.url))
  const options = ['--config', 'packages/web/vite.config.ts', '--logLevel', 'warn', '--outDir', made, '--emptyOutDir']
  const { status } = spawnSync(process.execPath, [vite, 'build', 'packages/web', ...options], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  if (status !== 0) {
    rmSync(made, { recursive: true, force: true })
    process.exitCode = 1
    return
  }
  if (statSync(DIST, { throwIfNoEntry: false }) !== undefined) renameSync(DIST, old)
  renameSync(made, DIST)
  rmSync(old, { recursive: true, force: true })
  console.log('console: built')
}

async function locked(): Promise<void> {
  for (;;) {
    try {
      mkdirSync(LOCK)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const since = statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (Date.now() - since > LOCK_STALE_MS) rmSync(LOCK, { recursive: true, force: true })
    await wait(LOCK_POLL_MS)
  }
}
