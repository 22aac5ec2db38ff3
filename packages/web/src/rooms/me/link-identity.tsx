import type { SignInState } from '@sallyport/api'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { MenuButton } from '../../ui/menu-button.tsx'
import { toast } from '../../ui/toast-list.ts'
import { sentence } from '../../words/sentence.ts'

/** Sends the person to a provider, to come back with an identity that is linked then. */
export function LinkIdentity({ providers }: { readonly providers: SignInState['methods']['providers'] }) {
  const begin = useAct('me.identity-begin', { asks: true })
  const [only] = providers
  if (only === undefined) return null
  const go = (provider: string) =>
    begin.mutate(
      { provider },
      {
        onSuccess: ({ location }) => window.location.assign(location),
        onError: (error) => toast(sentence(error.message), { failed: true }),
      },
    )
  const busy = begin.isPending || begin.isSuccess ? 'Opening the provider' : undefined
  if (providers.length === 1) {
    return (
      <Button mark="plus" busy={busy} onPress={() => go(only.name)}>
        Link {only.title}
      </Button>
    )
  }
  return (
    <Menu
      label="Identity providers"
      entries={providers.map(({ name, title }) => ({ id: name, label: title, onAction: () => go(name) }))}
    >
      <MenuButton mark="plus" opens busy={busy}>
        Link identity
      </MenuButton>
    </Menu>
  )
}
