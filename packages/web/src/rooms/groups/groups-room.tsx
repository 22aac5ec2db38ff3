import { useCall } from '../../api/use-call.ts'
import { Page } from '../../frame/page.tsx'
import { paths } from '../../paths.ts'
import { ButtonLink } from '../../ui/button-link.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { useFilters } from '../use-filters.ts'
import { readGroupsSearch } from './groups-search.ts'
import { GroupsTable } from './groups-table.tsx'
import { groupsState, matchingGroups } from './groups-view.ts'

/** Groups of the policy, who is in them and what they open. They are changed in the policy. */
export function GroupsRoom() {
  const [{ text }, setFilters] = useFilters(readGroupsSearch)
  const groups = useCall('policy.groups')
  const { data } = groups
  return (
    <Page
      title="Groups"
      state={data === undefined ? undefined : groupsState(data.groups, data.policy_version)}
      acts={<ButtonLink to={paths.policy}>Change in the policy</ButtonLink>}
      tools={
        <SearchField
          label="Search groups"
          placeholder="Group, person or what it opens"
          value={text ?? ''}
          onChange={(next) => setFilters({ text: next })}
        />
      }
    >
      <DataRegion
        query={groups}
        reading="Reading groups"
        failedTitle="Groups could not be read"
        isEmpty={({ groups: all }) => matchingGroups(all, text).length === 0}
        empty={
          text === undefined ? (
            <EmptyState title="No groups yet" acts={<ButtonLink to={paths.policy}>Open the policy</ButtonLink>}>
              Groups stand in the policy, under “groups”: a name and who is in it.
            </EmptyState>
          ) : (
            <EmptyState title="None of them fits">Take the filter away to see the others.</EmptyState>
          )
        }
      >
        {({ groups: all }) => <GroupsTable groups={matchingGroups(all, text)} />}
      </DataRegion>
    </Page>
  )
}
