import { ApiError } from '@sallyport/api'
import type { Role, User } from '@sallyport/model'
import type { Caller } from './services.ts'

/**
 * Owners are made and changed by owners alone: an admin who could give an owner a new key or a new link could be that owner.
 * Throws ApiError `caller.not-allowed`.
 */
export function requireRank({ peer }: Caller, user: Pick<User, 'name' | 'role'> | undefined, becoming?: Role): void {
  const touchesOwner = user?.role === 'owner' || becoming === 'owner'
  if (!touchesOwner || (peer.by !== 'nobody' && peer.role === 'owner')) return
  throw new ApiError('caller.not-allowed', 'only an owner makes or changes an owner', {
    why:
      user === undefined
        ? 'the new person would be one'
        : `${user.name} ${user.role === 'owner' ? 'is' : 'would be'} one`,
    fix: 'ask an owner; on the gateway itself, its own user and root are owners',
  })
}
