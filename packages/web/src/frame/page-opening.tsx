import { LoadingState } from '../ui/loading-state.tsx'
import { DoorPage } from './door-page.tsx'

/** Before it is known who is signed in. */
export function PageOpening() {
  return (
    <DoorPage title="Opening">
      <h1 className="sr-only">Opening the console</h1>
      <LoadingState what="Opening the console" />
    </DoorPage>
  )
}
