import type { Approval } from '@sallyport/api'
import { useQueryClient } from '@tanstack/react-query'
import { useCall } from '../api/use-call.ts'
import { useStream } from '../api/use-stream.ts'
import { useVisible } from '../ui/use-visible.ts'

/** The person's SSH logins that wait for them, oldest first; the frame keeps the list up to date. */
export function useWaitingLogins(): readonly Approval[] {
  return useCall('approval.list', {}, { keep: true }).data?.approvals ?? []
}

/** Hears of them while somebody sees the page: a browser opens few connections at once, and each tab has one of these. */
export function useHearOfLogins(): void {
  const client = useQueryClient()
  const visible = useVisible()
  useStream('approval.watch', {}, (list) => void client.setQueryData(['approval.list', {}], list), visible)
}
