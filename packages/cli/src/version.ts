import manifest from '../package.json' with { type: 'json' }

/** Version of the command and the daemon. */
export const VERSION: string = manifest.version
