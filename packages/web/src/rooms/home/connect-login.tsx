import type { ReachableTarget } from '@sallyport/api'
import { Segments } from '../../ui/segments.tsx'

interface ConnectLoginProps {
  readonly target: ReachableTarget
  readonly login: string | undefined
  readonly onChange: (login: string) => void
}

/** As whom, where the policy names logins. */
export function ConnectLogin({ target: { logins }, login, onChange }: ConnectLoginProps) {
  if (logins === null || logins.names.length === 0 || login === undefined) return null
  return (
    <div className="-mx-1 mb-1 flex items-center gap-2.5 border-b border-rule px-3.5 pt-1.5 pb-2 text-ink-3">
      As
      <Segments
        label="Login"
        mono
        segments={logins.names.map((each) => ({ id: each.login, label: each.login }))}
        value={login}
        onChange={onChange}
      />
    </div>
  )
}
