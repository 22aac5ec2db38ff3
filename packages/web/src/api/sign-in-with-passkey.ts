import type { SignInState } from '@sallyport/api'
import { api } from './api.ts'
import { answerPasskey } from './passkeys.ts'

/** Signs in with a passkey; answers with who is signed in now. Throws ApiError. */
export async function signInWithPasskey(): Promise<SignInState> {
  const { ceremony, options } = await api.call('auth.passkey-begin')
  await api.call('auth.passkey-finish', { ceremony, response: await answerPasskey(options) })
  return api.call('auth.state')
}
