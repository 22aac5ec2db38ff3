import { Page } from '../../frame/page.tsx'

export function MeRoom() {
  return <Page title="Passkeys and keys">{''}</Page>
}
