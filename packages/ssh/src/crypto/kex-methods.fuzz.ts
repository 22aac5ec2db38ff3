import { SshError } from '../errors.ts'
import type { KexMethod } from './kex-method.ts'
import { kexMethods } from './kex-methods.ts'

function inRole(
  name: string,
  method: KexMethod,
  seeds: readonly Uint8Array[],
  answer: (input: Uint8Array) => Uint8Array,
) {
  return {
    name: `ssh/crypto/${name} ${method.name}`,
    seeds,
    run(input: Uint8Array): void {
      let secret: Uint8Array
      try {
        secret = answer(input)
      } catch (error) {
        if (error instanceof SshError && error.code === 'key-exchange-failed') return
        throw error
      }
      if (secret.length === 0) throw new Error('oracle: an empty secret')
    },
  }
}

/** Each method in both roles: the peer's public value is refused with 'key-exchange-failed' or gives a secret. */
export const fuzzTargets = [...kexMethods.values()].flatMap((method) => {
  const client = method.start()
  const { reply } = method.respond(client.init)
  return [
    inRole('respond', method, [client.init], (input) => method.respond(input).secret),
    inRole('finish', method, [reply], (input) => client.finish(input)),
  ]
})
