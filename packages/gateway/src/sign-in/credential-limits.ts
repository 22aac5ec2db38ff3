import { ApiError } from '@sallyport/api'

/*
 * What one person may have at once: many times what anybody uses, so that nobody meets a limit who does not fill tables that
 * every list, sign-in and page about them goes through. Counted inside the transaction that adds one.
 */

/** Browsers and commands that are signed in; for one more, the one that was used the longest ago is signed out. */
export const SESSIONS_MAX = 100
export const PASSKEYS_MAX = 50
/** SSH keys, one for each device, many times over; whoever adds them. */
export const KEYS_MAX = 100
/** Those that have expired count as well: they are listed until they are removed. */
export const TOKENS_MAX = 100
/** One for each provider that can be declared, twice. */
export const IDENTITIES_MAX = 32

/** Throws ApiError `credential.too-many`, of SSH keys `key.too-many`, where somebody has as many as they may. */
export function requireRoom(
  have: number,
  max: number,
  what: 'SSH keys' | 'passkeys' | 'API tokens' | 'identities',
): void {
  if (have < max) return
  throw new ApiError(
    what === 'SSH keys' ? 'key.too-many' : 'credential.too-many',
    `there are ${have} ${what} already, and no more than ${max} may be`,
    {
      fix: 'remove one that is not used any more',
    },
  )
}
