import { z } from 'zod'
import { route } from './route.ts'
import { nothing } from './schemas/primitives.ts'

/** What anybody may know: nothing here is about anybody, and none of it is a secret. */
export const publicRoutes = {
  'krl.download': route({
    method: 'GET',
    path: '/v1/krl',
    callers: 'anyone',
    summary: 'The revocation list as a file, for targets that fetch it without a secret.',
    input: nothing,
    output: z.instanceof(Uint8Array),
    media: 'application/octet-stream',
  }),
  'api.openapi': route({
    method: 'GET',
    path: '/v1/openapi.json',
    callers: 'anyone',
    summary: 'Describes this API in OpenAPI 3.1.',
    input: nothing,
    output: z.record(z.string(), z.unknown()),
  }),
} as const
