import { useCall } from '../../api/use-call.ts'
import { Grow } from '../../frame/grow.tsx'
import { Page } from '../../frame/page.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Select } from '../../ui/select.tsx'
import { useFilters } from '../use-filters.ts'
import { HomeEmpty } from './home-empty.tsx'
import { readHomeSearch } from './home-search.ts'
import { HomeState } from './home-state.tsx'
import { HomeTable } from './home-table.tsx'
import { matching, tagsOf } from './home-view.ts'

/** As many as one answer holds; who has more finds them by typing. */
const TARGETS_MAX = 1000

/** Where this person may go, and why. */
export function HomeRoom() {
  const [filters, setFilters] = useFilters(readHomeSearch)
  const all = useCall('me.targets', { limit: TARGETS_MAX })
  const isCut = all.data !== undefined && all.data.next !== null
  const search = isCut && filters.text !== undefined
  const searched = useCall('me.targets', { limit: TARGETS_MAX, text: filters.text ?? '' }, { when: search })
  const query = search ? searched : all
  return (
    <Page
      title="Targets"
      name="Home"
      state={all.data === undefined ? undefined : <HomeState data={all.data} />}
      tools={
        <>
          <SearchField
            label="Search targets"
            placeholder="Name, tag or address"
            value={filters.text ?? ''}
            onChange={(text) => setFilters({ text })}
          />
          <Grow />
          <Select
            look="chip"
            label="Tag"
            value={filters.tag ?? 'any'}
            options={[
              { id: 'any', label: 'any' },
              ...tagsOf(all.data?.targets ?? []).map((tag) => ({ id: tag, label: tag })),
            ]}
            onChange={(tag) => setFilters({ tag: tag === 'any' ? undefined : tag })}
          />
        </>
      }
    >
      <DataRegion
        query={query}
        reading="Reading targets"
        failedTitle="Targets could not be read"
        isEmpty={({ targets }) => matching(targets, filters).length === 0}
        empty={<HomeEmpty filtered={filters.text !== undefined || filters.tag !== undefined} />}
      >
        {(data) => <HomeTable targets={matching(data.targets, filters)} gateway={data.gateway} />}
      </DataRegion>
    </Page>
  )
}
