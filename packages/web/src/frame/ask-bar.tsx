import { useCall } from '../api/use-call.ts'
import { useSignedIn } from '../api/use-signed-in.ts'
import { PersonName } from '../ui/person-name.tsx'
import { TextButton } from '../ui/text-button.tsx'
import { Wordmark } from '../ui/wordmark.tsx'
import { signOut } from './sign-out.ts'

/** Above a page that asks one thing of somebody who is signed in: whose answer it will be. */
export function AskBar() {
  const me = useSignedIn()
  const { data } = useCall('auth.state')
  return (
    <header className="flex items-center justify-between gap-4 border-b border-rule bg-ground px-4 py-2.5 wide:px-6 wide:py-3.5">
      <Wordmark gateway={data?.gateway} />
      <span className="flex flex-wrap justify-end gap-x-2.5">
        <span className="wrap-anywhere">
          <PersonName name={me.display_name} login={me.user} />
        </span>
        <TextButton onPress={signOut}>Not you?</TextButton>
      </span>
    </header>
  )
}
