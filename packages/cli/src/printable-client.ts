import type { ApiClient } from '@sallyport/api'
import { printableDeep } from './output/escape.ts'

/** A client whose answers hold printable texts only, so that no rendering has to remember to escape (V-I03). */
export function printableClient(client: ApiClient): ApiClient {
  return {
    call: async (...parameters) => printableDeep(await client.call(...parameters)),
    async *stream(...parameters) {
      for await (const value of client.stream(...parameters)) yield printableDeep(value)
    },
  }
}
