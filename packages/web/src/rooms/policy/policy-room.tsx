import { useCall } from '../../api/use-call.ts'
import { Page } from '../../frame/page.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { PolicyPage } from './policy-page.tsx'

/** The policy: written, tested, explained, published. */
export function PolicyRoom() {
  const current = useCall('policy.show')
  if (current.data !== undefined) return <PolicyPage current={current.data} />
  return (
    <Page title="Policy">
      <DataRegion query={current} reading="Reading the policy" failedTitle="The policy could not be read">
        {() => null}
      </DataRegion>
    </Page>
  )
}
