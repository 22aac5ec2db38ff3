/** Password authentication, RFC 4252 §8. Changing a password through SSH is not offered. */
import type { PasswordCredential } from '../../messages/auth.ts'
import { fail, type MethodVerdict } from './method.ts'

/** Longer ones are refused before anybody hashes them (V-B10); no hash in use looks at more. Empty ones too: they prove nothing. */
export const MAX_PASSWORD_BYTES = 1024

export function judgePassword(credential: PasswordCredential): MethodVerdict {
  const { password, newPassword } = credential
  if (newPassword !== undefined) return fail('password-change-unsupported')
  if (password.length === 0 || password.length > MAX_PASSWORD_BYTES) return fail('password-length')
  return { next: 'decide', claim: { method: 'password', proved: false, password }, secrets: [password] }
}
