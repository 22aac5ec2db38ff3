import { ApiError } from '@sallyport/api'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api } from '../api/api.ts'
import { paths } from '../paths.ts'
import { toast } from '../ui/toast-list.ts'
import { sentence } from '../words/sentence.ts'

/** Signs out, and forgets everything that was read. */
export function useSignOut(): () => void {
  const client = useQueryClient()
  const navigate = useNavigate()
  return () => {
    const run = async () => {
      try {
        await api.call('auth.sign-out')
      } catch (error) {
        toast(`You are still signed in. ${error instanceof ApiError ? sentence(error.message) : ''}`, { failed: true })
        return
      }
      await navigate({ to: paths.signIn })
      client.clear()
    }
    void run()
  }
}
