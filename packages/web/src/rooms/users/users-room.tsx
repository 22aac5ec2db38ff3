import { ROLES } from '@sallyport/model'
import { useState } from 'react'
import { useCall } from '../../api/use-call.ts'
import { useMay } from '../../api/use-signed-in.ts'
import { Grow } from '../../frame/grow.tsx'
import { Page } from '../../frame/page.tsx'
import { Button } from '../../ui/button.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Select } from '../../ui/select.tsx'
import { useFilters } from '../use-filters.ts'
import { AddUserDialog } from './add-user-dialog.tsx'
import { PendingPeople } from './pending-people.tsx'
import { readUsersSearch } from './users-search.ts'
import { UsersTable } from './users-table.tsx'
import { matchingUsers, usersState } from './users-view.ts'

/** Everybody the gateway knows. */
export function UsersRoom() {
  const [filters, setFilters] = useFilters(readUsersSearch)
  const [adding, setAdding] = useState(false)
  const mayChange = useMay(['owner', 'admin'])
  const users = useCall('user.list')
  const role = filters.role ?? 'any'
  return (
    <Page
      title="Users"
      state={users.data === undefined ? undefined : usersState(users.data.users)}
      acts={
        mayChange && (
          <Button kind="primary" mark="plus" onPress={() => setAdding(true)}>
            Add person
          </Button>
        )
      }
      tools={
        <>
          <SearchField
            label="Search people"
            placeholder="Name or login"
            value={filters.text ?? ''}
            onChange={(text) => setFilters({ text })}
          />
          <Select
            look="chip"
            label="Role"
            value={role}
            options={(['any', ...ROLES] as const).map((id) => ({ id, label: id }))}
            onChange={(id) => setFilters({ role: id === 'any' ? undefined : id })}
          />
          <Grow />
        </>
      }
    >
      <PendingPeople />
      <DataRegion
        query={users}
        reading="Reading people"
        failedTitle="People could not be read"
        isEmpty={(data) => matchingUsers(data.users, filters).length === 0}
        empty={<EmptyState title="None of them fits">Take a filter away to see the others.</EmptyState>}
      >
        {(data) => <UsersTable users={matchingUsers(data.users, filters)} />}
      </DataRegion>
      {adding && <AddUserDialog onClose={() => setAdding(false)} />}
    </Page>
  )
}
