import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { GatewayProcess } from '@sallyport/testkit'
import type { ScriptPlace } from './text-script.ts'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Where commands run that speak to a gateway: a working directory of its own, and the checkout's `sallyport` on the PATH. */
export function placeOf(gateway: GatewayProcess): ScriptPlace {
  return placeIn(gateway.directory.path)
}

/** The same for a directory with `home` and `state` in it. */
export function placeIn(path: string): ScriptPlace {
  const directory = `${path}/work`
  mkdirSync(directory, { recursive: true })
  const { SSH_AUTH_SOCK: _, ...rest } = process.env
  return {
    directory,
    environment: {
      ...rest,
      HOME: `${path}/home`,
      SALLYPORT_STATE: `${path}/state`,
      PATH: `${ROOT}node_modules/.bin:${process.env['PATH'] ?? ''}`,
      // Commands follow one another by the hundred here: each need not compile the same sources again.
      NODE_COMPILE_CACHE: `${ROOT}node_modules/.cache/sallyport-e2e`,
      NO_COLOR: '1',
      TZ: 'UTC',
    },
  }
}
