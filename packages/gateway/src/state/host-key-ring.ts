import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { encodePrivateKey, formatPublicKey, generatePrivateKey } from '@sallyport/ssh/keys'
import { fileOfType, type HostKey, type HostKeyType, readHostKey, readHostKeys } from './host-keys.ts'
import { ownName } from './own-name.ts'
import { writePrivateFile } from './private-file.ts'

/**
 * `active`: clients are shown it. `next`: clients that know us learn it (OpenSSH's UpdateHostKeys), and nobody is shown it
 * yet. `former`: it was active, is still named so that clients keep it, and is shown to nobody.
 */
export type HostKeyState = 'next' | 'active' | 'former'

export interface HeldHostKey extends HostKey {
  readonly state: HostKeyState
  readonly path: string
}

/** Why a step of a rotation is not possible now. */
export type RingRefusal = 'exists' | 'former-left' | 'not-next' | 'active' | 'not-found'

export class RingError extends Error {
  readonly refusal: RingRefusal

  constructor(refusal: RingRefusal) {
    super(refusal)
    this.name = 'RingError'
    this.refusal = refusal
  }
}

const WAITING = ['next', 'former'] as const

/** The gateway's host keys with those before and after them: files in one folder, named by what they are. */
export class HostKeyRing {
  readonly #folder: string
  #held: readonly HeldHostKey[]

  /** Throws GatewayError as `readHostKeys` does. */
  constructor(folder: string) {
    this.#folder = folder
    finishPromotions(folder)
    this.#held = this.#read()
  }

  /** All of them: the active ones in the order of preference, then the others. */
  get held(): readonly HeldHostKey[] {
    return this.#held
  }

  /** What clients are shown, in the order of preference. */
  get active(): readonly HeldHostKey[] {
    return this.#held.filter(({ state }) => state === 'active')
  }

  /** A new key that clients learn from now on. Throws RingError `exists` where one of this type waits already. */
  add(type: HostKeyType): HeldHostKey {
    const path = join(this.#folder, `next_${fileOfType(type)}`)
    if (existsSync(path)) throw new RingError('exists')
    const key = generatePrivateKey(type)
    const comment = `sallyport@${ownName()}`
    writePrivateFile(`${path}.pub`, `${formatPublicKey(key.publicKey, comment)}\n`)
    writePrivateFile(path, encodePrivateKey(key, { comment }))
    this.#held = this.#read()
    return this.#find(this.#held.find((held) => held.path === path)?.fingerprint ?? '')
  }

  /**
   * Shows clients the key from now on; the one of its type before it is still named to them. Throws RingError `not-found`,
   * `not-next`, and `former-left` while an older one of this type has not been retired.
   */
  promote(fingerprint: string): { readonly promoted: HeldHostKey; readonly former: HeldHostKey | undefined } {
    const next = this.#find(fingerprint)
    if (next.state !== 'next') throw new RingError('not-next')
    const file = fileOfType(next.key.publicKey.type as HostKeyType)
    const active = join(this.#folder, file)
    const former = join(this.#folder, `former_${file}`)
    const before = this.#held.find(({ path }) => path === active)
    if (existsSync(former)) throw new RingError('former-left')
    // A start after a failure between the two moves finishes what was begun.
    if (before !== undefined) moveKey(active, former)
    moveKey(next.path, active)
    this.#held = this.#read()
    return {
      promoted: this.#find(fingerprint),
      former: before === undefined ? undefined : this.#find(before.fingerprint),
    }
  }

  /** Removes a key that is not active; clients that know it forget it. Throws RingError `not-found`, `active`. */
  retire(fingerprint: string): HeldHostKey {
    const held = this.#find(fingerprint)
    if (held.state === 'active') throw new RingError('active')
    for (const path of [held.path, `${held.path}.pub`]) rmSync(path, { force: true })
    this.#held = this.#read()
    return held
  }

  #find(fingerprint: string): HeldHostKey {
    const held = this.#held.find((each) => each.fingerprint === fingerprint)
    if (held === undefined) throw new RingError('not-found')
    return held
  }

  #read(): readonly HeldHostKey[] {
    const active = readHostKeys(this.#folder).map((key): HeldHostKey => ({ ...key, state: 'active' }))
    const waiting = WAITING.flatMap((state) =>
      readdirSync(this.#folder)
        .filter((file) => file.startsWith(`${state}_ssh_host_`) && file.endsWith('_key'))
        .sort()
        .map((file): HeldHostKey => ({ ...readHostKey(join(this.#folder, file)), state })),
    )
    return [...active, ...waiting]
  }
}

/** A promotion moves two files: where the first was moved and the second was not, the type has no active key. */
function finishPromotions(folder: string): void {
  if (!existsSync(folder)) return
  for (const file of readdirSync(folder)) {
    const active = /^next_(ssh_host_[a-z0-9]+_key)$/.exec(file)?.[1]
    if (active === undefined || existsSync(join(folder, active)) || !existsSync(join(folder, `former_${active}`)))
      continue
    moveKey(join(folder, file), join(folder, active))
  }
}

function moveKey(from: string, to: string): void {
  // Its certificate, which was for the key that goes.
  rmSync(`${to}-cert.pub`, { force: true })
  rmSync(`${from}-cert.pub`, { force: true })
  if (existsSync(`${from}.pub`)) renameSync(`${from}.pub`, `${to}.pub`)
  renameSync(from, to)
}
