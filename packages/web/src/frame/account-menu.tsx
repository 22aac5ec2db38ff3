import { useNavigate } from '@tanstack/react-router'
import { paths } from '../paths.ts'
import { RowMenu } from '../ui/row-menu.tsx'
import { signOut } from './sign-out.ts'

/** What somebody may do about being signed in. */
export function AccountMenu() {
  const navigate = useNavigate()
  return (
    <RowMenu
      label="Account menu"
      entries={[
        { id: 'me', label: 'Passkeys and keys', mark: 'key', onAction: () => void navigate({ to: paths.me }) },
        {
          id: 'appearance',
          label: 'Appearance',
          mark: 'eye',
          onAction: () => void navigate({ to: paths.appearance }),
        },
        { id: 'out', label: 'Sign out', mark: 'end', apart: true, onAction: signOut },
      ]}
    />
  )
}
