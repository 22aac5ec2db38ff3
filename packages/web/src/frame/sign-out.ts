import { ApiError } from '@sallyport/api'
import { api } from '../api/api.ts'
import { paths } from '../paths.ts'
import { toast } from '../ui/toast-list.ts'
import { sentence } from '../words/sentence.ts'

/** Signs out, and forgets everything that was read: the page is loaded anew. */
export function signOut(): void {
  const run = async () => {
    try {
      await api.call('auth.sign-out')
      location.assign(paths.signIn)
    } catch (error) {
      toast(`You are still signed in. ${error instanceof ApiError ? sentence(error.message) : ''}`, { failed: true })
    }
  }
  void run()
}
