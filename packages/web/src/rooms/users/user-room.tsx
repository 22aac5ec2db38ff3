import { Link, useParams } from '@tanstack/react-router'
import { useCall } from '../../api/use-call.ts'
import { Page } from '../../frame/page.tsx'
import { paths } from '../../paths.ts'
import { DataRegion } from '../../ui/data-region.tsx'
import { UserActs } from './user-acts.tsx'
import { UserCertificates } from './user-certificates.tsx'
import { UserIdentities } from './user-identities.tsx'
import { UserKeys } from './user-keys.tsx'
import { UserRole } from './user-role.tsx'
import { UserState } from './user-state.tsx'
import { personName } from './users-view.ts'

/** One person: how they prove themselves, what they may here, and how to take it from them. */
export function UserRoom() {
  const { user: name = '' } = useParams({ strict: false }) as { user?: string }
  const query = useCall('user.show', { user: name })
  const { data } = query
  return (
    <Page
      title={data === undefined ? name : personName(data)}
      name={name}
      crumb={<Link to={paths.users}>Users</Link>}
      state={data === undefined ? undefined : <UserState user={data} />}
      acts={data !== undefined && <UserActs user={data} />}
    >
      <DataRegion query={query} reading="Reading this person" failedTitle="This person could not be read">
        {(user) => (
          <div className="grid grid-cols-1 gap-8 px-gutter py-6">
            <UserRole user={user} />
            <UserIdentities user={user} />
            <UserKeys user={user} />
            <UserCertificates user={user} />
          </div>
        )}
      </DataRegion>
    </Page>
  )
}
