import { lstatSync, mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Write bits of others: whoever may write there could put code in that would run as us. */
const OTHERS_MAY_WRITE = 0o022

/**
 * Keeps compiled code between runs, which halves the time to the first output. Only in a folder of ours in a home of ours:
 * code is read back without a signature. With sudo, HOME may be somebody else's; then there is no cache.
 */
export function keepCompiledCode() {
  const { NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE, XDG_CACHE_HOME } = process.env
  if (NODE_COMPILE_CACHE !== undefined || NODE_DISABLE_COMPILE_CACHE !== undefined) return
  try {
    const home = homedir() // throws for a number that has no name, as in a container
    const caches = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : join(home, '.cache')
    const own = join(caches, 'sallyport')
    if (!isOurs(home)) return
    mkdirSync(own, { recursive: true, mode: 0o700 })
    if (isOurs(caches) && isOurs(own)) enableCompileCache(join(own, 'compiled'))
  } catch {
    // A home that cannot be written has no cache; nothing else depends on it.
  }
}

function isOurs(/** @type {string} */ directory) {
  const stat = lstatSync(directory)
  return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & OTHERS_MAY_WRITE) === 0
}
