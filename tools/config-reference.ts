// Writes docs/config.md from the settings of the daemon, so that the reference cannot fall behind.
import { writeFileSync } from 'node:fs'
import { configReference } from '@sallyport/gateway'

writeFileSync(new URL('../docs/config.md', import.meta.url), configReference())
