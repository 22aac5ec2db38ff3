import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'

/** One file of the built console, held in memory: a few hundred kB in all. */
export interface ConsoleFile {
  readonly type: string
  readonly bytes: Uint8Array
  readonly gzipped: Uint8Array | undefined
  /** Its name changes with its content, so browsers may keep it for good. */
  readonly immutable: boolean
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
}
const COMPRESSED: ReadonlySet<string> = new Set(['.js', '.css', '.svg', '.json'])
/** Below this a gzip header costs more than it saves. */
const GZIP_FROM_BYTES = 1024

/** Files of a built console by path (`/assets/index-abc.js`); none where it was not built. */
export function readConsoleFiles(folder: string): ReadonlyMap<string, ConsoleFile> {
  if (!existsSync(join(folder, 'index.html'))) return new Map()
  return new Map(
    filesUnder(folder).flatMap((path): [string, ConsoleFile][] => {
      const extension = extname(path)
      const type = TYPES[extension]
      if (type === undefined) return []
      const name = `/${relative(folder, path)}`
      const bytes = readFileSync(path)
      const gzipped = COMPRESSED.has(extension) && bytes.length >= GZIP_FROM_BYTES ? gzipSync(bytes) : undefined
      return [[name, { type, bytes, gzipped, immutable: name.startsWith('/assets/') }]]
    }),
  )
}

/** Links are not followed: Node's own recursion goes through those to folders. */
function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesUnder(path)
    return entry.isFile() ? [path] : []
  })
}
