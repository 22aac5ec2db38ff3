import { Page } from '../../frame/page.tsx'

export function KitRoom() {
  return <Page title="Parts">{''}</Page>
}
