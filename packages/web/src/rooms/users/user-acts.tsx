import type { NewLink, UserDetail } from '@sallyport/api'
import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { useMay } from '../../api/use-signed-in.ts'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { MenuButton } from '../../ui/menu-button.tsx'
import { toast } from '../../ui/toast-list.ts'
import { sentence } from '../../words/sentence.ts'
import { LinkDialog } from './link-dialog.tsx'
import { type UserQuestion, UserQuestionDialog } from './user-question-dialog.tsx'

/** What may be done about a person. */
export function UserActs({ user }: { readonly user: UserDetail }) {
  const mayChange = useMay(['owner', 'admin'])
  const [asked, setAsked] = useState<UserQuestion>()
  const [link, setLink] = useState<NewLink>()
  const invite = useAct('user.invite')
  const update = useAct('user.update')
  if (!mayChange) return null
  const makeLink = () =>
    invite.mutate(
      { user: user.id },
      { onSuccess: setLink, onError: (error) => toast(sentence(error.message), { failed: true }) },
    )
  const enable = () =>
    update.mutate(
      { user: user.id, disabled: false },
      { onError: (error) => toast(sentence(error.message), { failed: true }) },
    )
  return (
    <>
      <Button onPress={makeLink} busy={invite.isPending ? 'Making link' : undefined}>
        Make link…
      </Button>
      <Menu
        label={`More about ${user.name}`}
        entries={[
          {
            id: 'sign-out',
            label: 'Sign out everywhere…',
            detail: 'Browsers and commands',
            onAction: () => setAsked('sign-out'),
          },
          {
            id: 'revoke',
            label: 'Revoke certificates…',
            detail: 'All that are good now',
            onAction: () => setAsked('revoke'),
          },
          user.disabled
            ? { id: 'enable', label: 'Enable', onAction: enable, apart: true }
            : { id: 'disable', label: 'Disable…', stop: true, apart: true, onAction: () => setAsked('disable') },
          { id: 'remove', label: 'Remove…', stop: true, onAction: () => setAsked('remove') },
        ]}
      >
        <MenuButton mark="dots" square label="More" />
      </Menu>
      {asked !== undefined && <UserQuestionDialog user={user} question={asked} onClose={() => setAsked(undefined)} />}
      {link !== undefined && <LinkDialog link={link} onClose={() => setLink(undefined)} />}
    </>
  )
}
