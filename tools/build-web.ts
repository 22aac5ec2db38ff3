/** Builds the console into packages/web/dist, which the gateway serves; does nothing while the build is newer than its sources. */
import { spawnSync } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const BUILT = `${ROOT}packages/web/dist/index.html`
/** What the bundle is made of: the console, what it shares with the gateway, and the versions of everything else. */
const SOURCES = [
  'packages/web/{src,public}/**/*',
  'packages/web/{index.html,vite.config.ts,package.json}',
  'packages/{api,model}/src/**/*.ts',
  'package-lock.json',
]

/** Newest change of the sources, in milliseconds since the epoch. Folders count too: a file that is gone changed its folder. */
function newestSource(): number {
  const times = globSync(SOURCES, { cwd: ROOT }).map((path) => statSync(`${ROOT}${path}`).mtimeMs)
  return Math.max(...times)
}

const built = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0
if (built > newestSource() && !process.argv.includes('--force')) {
  console.log('console: built already')
} else {
  const vite = fileURLToPath(new URL('../node_modules/vite/bin/vite.js', import.meta.url))
  const args = [vite, 'build', 'packages/web', '--config', 'packages/web/vite.config.ts', '--logLevel', 'warn']
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
  else console.log('console: built')
}
