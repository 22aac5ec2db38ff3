import type { KexMethod } from './kex-method.ts'
import { x25519Ephemeral } from './x25519.ts'

/** RFC 8731; `curve25519-sha256@libssh.org` is the same under its older name. */
export function curve25519Kex(name: string): KexMethod {
  return {
    name,
    hash: 'sha256',
    secretEncoding: 'mpint',
    publicEncoding: 'string',
    postQuantum: false,
    start() {
      const own = x25519Ephemeral()
      return { init: own.publicKey, finish: (reply) => own.agree(reply) }
    },
    respond(init) {
      const own = x25519Ephemeral()
      return { reply: own.publicKey, secret: own.agree(init) }
    },
  }
}
