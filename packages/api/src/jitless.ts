import { config } from 'zod'

/**
 * For browsers: keeps zod from compiling its schemas with `new Function`, which a strict content security policy refuses and
 * reports. Has to be imported before anything that makes a schema.
 */
config({ jitless: true })
