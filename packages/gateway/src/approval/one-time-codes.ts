import { totpStep } from '@sallyport/identity'
import type { User } from '@sallyport/model'
import type { Store } from '@sallyport/store'
import type { MasterKey } from '../state/master-key.ts'
import type { CodeAttempts } from './code-attempts.ts'

export interface OneTimeCodesParts {
  readonly store: Pick<Store, 'secondFactors'>
  readonly masterKey: () => Pick<MasterKey, 'unseal'>
  readonly attempts: CodeAttempts
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export type CodeAnswer = 'right' | 'wrong' | { readonly waitSeconds: number }

/** One-time codes of people who set them up. */
export class OneTimeCodes {
  readonly #parts: OneTimeCodesParts

  constructor(parts: OneTimeCodesParts) {
    this.#parts = parts
  }

  async has(user: Pick<User, 'id'>): Promise<boolean> {
    return (await this.#parts.store.secondFactors.totp(user.id))?.confirmedAt !== undefined
  }

  /** Uses a code up: of several that show the same one, one gets through (V-F08). */
  async check(user: Pick<User, 'id'>, network: string, typed: string): Promise<CodeAnswer> {
    const { store, masterKey, attempts, now } = this.#parts
    const waitSeconds = attempts.take(user.id, network)
    if (waitSeconds > 0) return { waitSeconds }
    const totp = await store.secondFactors.totp(user.id)
    if (totp?.confirmedAt === undefined) return 'wrong'
    const step = totpStep(masterKey().unseal(totp.sealedSecret, totpContext(user)), typed, now())
    if (step === undefined || !(await store.secondFactors.takeTotpStep(user.id, step))) return 'wrong'
    attempts.right(user.id, network)
    return 'right'
  }
}

/** What a sealed TOTP secret is bound to. */
export function totpContext({ id }: Pick<User, 'id'>): string {
  return `totp ${id}`
}
