import type { Identity, Me } from '@sallyport/api'
import { useState } from 'react'
import { useCall } from '../../api/use-call.ts'
import { useProviderTitle } from '../../api/use-provider-title.ts'
import { Section } from '../../frame/section.tsx'
import { identityColumns, identityId, unlinkColumn } from '../../parts/identity-columns.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { LinkIdentity } from './link-identity.tsx'
import { LinkOutcome } from './link-outcome.tsx'
import { UnlinkIdentityDialog } from './unlink-identity-dialog.tsx'
import { waysIn } from './ways-in.ts'

/** Who the person is at identity providers, where there are any. */
export function IdentitiesSection({ me }: { readonly me: Me }) {
  const { data } = useCall('auth.state')
  const titleOf = useProviderTitle()
  const [unlinking, setUnlinking] = useState<Identity>()
  const providers = data?.methods.providers ?? []
  const { identities } = me
  if (providers.length === 0 && identities.length === 0) return null
  const columns = [...identityColumns(titleOf), unlinkColumn(titleOf, setUnlinking)]
  return (
    <Section
      title="Identities"
      count={identities.length}
      lead={
        identities.length === 0
          ? 'None linked. Link one, and you sign in the way you do elsewhere.'
          : 'Whoever signs in there as this comes in here as you.'
      }
      acts={<LinkIdentity providers={providers} />}
    >
      <LinkOutcome titleOf={titleOf} />
      {identities.length > 0 && (
        <DataTable
          label="Identities"
          columns={columns}
          rows={identities}
          rowId={identityId}
          rowText={(identity) => `${titleOf(identity)} ${identity.subject}`}
        />
      )}
      {unlinking !== undefined && (
        <UnlinkIdentityDialog
          identity={unlinking}
          title={titleOf(unlinking)}
          last={unlinking.provider !== null && waysIn(me, data?.methods) === 1}
          onClose={() => setUnlinking(undefined)}
        />
      )}
    </Section>
  )
}
