import { useSignedIn } from '../api/use-signed-in.ts'
import { useNow } from '../ui/use-now.ts'
import { momentText } from '../words/times.ts'

/** "admin, until 22:10" */
export function SignedInUntil() {
  const { role, expires_at } = useSignedIn()
  const until = momentText(new Date(expires_at), useNow())
  return <>{role === 'member' ? `signed in until ${until}` : `${role}, until ${until}`}</>
}
