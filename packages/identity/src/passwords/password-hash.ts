import { argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

/** Longest password, in bytes of UTF-8; longer ones are refused before anything is computed. */
export const PASSWORD_MAX_BYTES = 1024
/** Shortest one that can be set, in characters (NIST SP 800-63B-4 §3.1.1.2, where it is the only factor). */
export const PASSWORD_MIN = 15
const SALT_BYTES = 16
const TAG_BYTES = 32
/** 64 MiB, three passes, one lane: RFC 9106 §4's second choice on one processor. */
const COST = { memory: 65_536, passes: 3, parallelism: 1 } as const
/** What a stored hash may cost at most: one that somebody planted must not stop the gateway. */
const COST_MAX = { memory: 262_144, passes: 10, parallelism: 4 } as const
/** At once, in all: each takes its memory. */
const AT_ONCE = 2
/** Those that wait for their turn; beyond it they are told to come back. */
const WAITING_MAX = 32
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

interface Parsed {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  readonly salt: Uint8Array
  readonly tag: Uint8Array
}

/** Hashes passwords, a few at a time. */
export class PasswordHasher {
  readonly #randomBytes: (size: number) => Uint8Array
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(randomBytes: (size: number) => Uint8Array) {
    this.#randomBytes = randomBytes
  }

  /** Whether there is no turn to wait for: too many do already. */
  get busy(): boolean {
    return this.#waiting.length >= WAITING_MAX
  }

  /** `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. The password is one that `passwordProblem` finds nothing wrong with. */
  async hash(password: string): Promise<string> {
    const salt = this.#randomBytes(SALT_BYTES)
    const tag = await this.#derive(password, { ...COST, salt, tag: new Uint8Array(TAG_BYTES) })
    const { memory, passes, parallelism } = COST
    return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`
  }

  /**
   * Whether a password is the one that was hashed. Without a hash, or with one that is damaged, the same work is done for a
   * no: who asks learns neither from the answer nor from its time whether there is one (V-B09, V-B10).
   */
  async verify(password: string, phc: string | undefined): Promise<boolean> {
    if (Buffer.byteLength(password) > PASSWORD_MAX_BYTES) return false
    const parsed = phc === undefined ? undefined : parsePhc(phc)
    const nothing = { ...COST, salt: new Uint8Array(SALT_BYTES), tag: new Uint8Array(TAG_BYTES) }
    const tag = await this.#derive(password, parsed ?? nothing)
    return parsed !== undefined && tag.length === parsed.tag.length && timingSafeEqual(tag, parsed.tag)
  }

  async #derive(password: string, { memory, passes, parallelism, salt, tag }: Parsed): Promise<Uint8Array> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    else this.#running++
    try {
      const message = Buffer.from(password.normalize('NFC'), 'utf8')
      return await derive('argon2id', { message, nonce: salt, memory, passes, parallelism, tagLength: tag.length })
    } finally {
      const next = this.#waiting.shift()
      // The turn is handed on, so that nobody takes it in between.
      if (next === undefined) this.#running--
      else next()
    }
  }
}

/** Why a password cannot be set; undefined where it can. */
export function passwordProblem(password: string, userName: string): string | undefined {
  if (Array.from(password).length < PASSWORD_MIN)
    return `at least ${PASSWORD_MIN} characters: a sentence is easy to keep`
  if (Buffer.byteLength(password) > PASSWORD_MAX_BYTES) return `at most ${PASSWORD_MAX_BYTES} bytes`
  const plain = password.toLowerCase()
  if (new Set(plain).size < 5) return 'more than a few different characters'
  return plain.includes(userName.toLowerCase()) ? 'not your own name' : undefined
}

function parsePhc(phc: string): Parsed | undefined {
  const match = PHC.exec(phc)
  if (match === null) return undefined
  const [memory = 0, passes = 0, parallelism = 0] = match.slice(1, 4).map(Number)
  const { memory: most, passes: mostPasses, parallelism: mostLanes } = COST_MAX
  const fits = memory >= 8 * parallelism && memory <= most && passes >= 1 && passes <= mostPasses
  if (!fits || parallelism < 1 || parallelism > mostLanes) return undefined
  const [salt, tag] = [match[4] ?? '', match[5] ?? ''].map((text) => Buffer.from(text, 'base64'))
  if (salt === undefined || tag === undefined || salt.length < 8 || tag.length < 16) return undefined
  return { memory, passes, parallelism, salt: new Uint8Array(salt), tag: new Uint8Array(tag) }
}

function base64(bytes: Uint8Array): string {
  return bytes.toBase64({ omitPadding: true })
}
