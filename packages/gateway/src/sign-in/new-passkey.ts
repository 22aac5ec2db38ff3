import type { RegisteredPasskey } from '@sallyport/identity'
import type { UserId } from '@sallyport/model'

export function newPasskey(userId: UserId, registered: RegisteredPasskey, name: string) {
  return { ...registered, userId, name }
}
