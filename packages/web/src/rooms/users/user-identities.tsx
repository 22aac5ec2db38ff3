import type { Identity, UserDetail } from '@sallyport/api'
import { useState } from 'react'
import { useProviderTitle } from '../../api/use-provider-title.ts'
import { useMay } from '../../api/use-signed-in.ts'
import { ActDialog } from '../../parts/act-dialog.tsx'
import { identityColumns, identityId, unlinkColumn } from '../../parts/identity-columns.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Section } from '../section.tsx'

/** Who a person is at identity providers. */
export function UserIdentities({ user }: { readonly user: UserDetail }) {
  const mayChange = useMay(['owner', 'admin'])
  const titleOf = useProviderTitle()
  const [unlinking, setUnlinking] = useState<Identity>()
  const { identities } = user
  const columns = [...identityColumns(titleOf), ...(mayChange ? [unlinkColumn(titleOf, setUnlinking)] : [])]
  return (
    <Section title="Identities" note="Who they are at identity providers: each of them signs them in.">
      {identities.length === 0 ? (
        <EmptyState title="None is linked">They link one themselves, or by signing in with their address.</EmptyState>
      ) : (
        <div className="-mx-gutter">
          <DataTable
            label="Identities"
            columns={columns}
            rows={identities}
            rowId={identityId}
            rowText={(identity) => `${titleOf(identity)} ${identity.subject}`}
          />
        </div>
      )}
      {unlinking !== undefined && (
        <UnlinkDialog
          user={user}
          identity={unlinking}
          title={titleOf(unlinking)}
          onClose={() => setUnlinking(undefined)}
        />
      )}
    </Section>
  )
}

interface UnlinkDialogProps {
  readonly user: UserDetail
  readonly identity: Identity
  /** What people call the provider. */
  readonly title: string
  readonly onClose: () => void
}

function UnlinkDialog({ user: { id, name }, identity: { issuer, subject }, title, onClose }: UnlinkDialogProps) {
  return (
    <ActDialog
      act="user.unlink"
      input={{ user: id, issuer, subject }}
      changes={['session.list']}
      title={
        <span className="wrap-anywhere">
          Unlink {title} from <span className="mono">{name}</span>?
        </span>
      }
      lead="They no longer sign in with it, and are signed out where they did. What it vouched for ends now. Without another way in they need a new link."
      verb="Unlink"
      doing="Unlinking"
      keep="Keep it"
      said={() => `${title} was unlinked from ${name}`}
      onClose={onClose}
    />
  )
}
