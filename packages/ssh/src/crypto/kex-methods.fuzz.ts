import { concatBytes } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import type { KexMethod } from './kex-method.ts'
import { kexMethods } from './kex-methods.ts'

/** The larger groups run the code of group 14, a hundred times slower. */
const methods = [...kexMethods.values()].filter(({ name }) => !/group1[68]/.test(name))

const clients = methods.map((method) => ({ method, client: method.start() }))

function target(name: string, seeds: readonly Uint8Array[], answer: (index: number, value: Uint8Array) => Uint8Array) {
  return {
    name: `ssh/crypto/${name}`,
    seeds: seeds.map((seed, index) => concatBytes(Uint8Array.of(index), seed)),
    run(input: Uint8Array): void {
      let secret: Uint8Array
      try {
        secret = answer((input[0] ?? 0) % methods.length, input.subarray(1))
      } catch (error) {
        if (error instanceof SshError && error.code === 'key-exchange-failed') return
        throw error
      }
      if (secret.length === 0) throw new Error('oracle: an empty secret')
    },
  }
}

/** The first byte says which method; the peer's public value is refused with 'key-exchange-failed' or gives a secret. */
export const fuzzTargets = [
  target(
    'kex-respond',
    clients.map(({ client }) => client.init),
    (index, value) => (methods[index] as KexMethod).respond(value).secret,
  ),
  target(
    'kex-finish',
    clients.map(({ method, client }) => method.respond(client.init).reply),
    (index, value) => (clients[index] as (typeof clients)[number]).client.finish(value),
  ),
]
