import { paths } from '../paths.ts'
import { ButtonLink } from '../ui/button-link.tsx'
import { DoorPage } from './door-page.tsx'

/** No page has this address. */
export function Lost() {
  return (
    <DoorPage title="No such page">
      <h1>There is no such page</h1>
      <p className="prose mt-1 mb-6 text-ink-2">The address may be mistyped, or what it named has been removed.</p>
      <ButtonLink to={paths.home}>Go to the first page</ButtonLink>
    </DoorPage>
  )
}
