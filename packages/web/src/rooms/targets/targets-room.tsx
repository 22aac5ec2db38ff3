import { useState } from 'react'
import { useCall } from '../../api/use-call.ts'
import { useMay } from '../../api/use-signed-in.ts'
import { Page } from '../../frame/page.tsx'
import { Button } from '../../ui/button.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Select } from '../../ui/select.tsx'
import { useFilters } from '../use-filters.ts'
import { AddTargetDialog } from './add-target-dialog.tsx'
import { TargetsEmpty } from './targets-empty.tsx'
import { readTargetsSearch } from './targets-search.ts'
import { TargetsTable } from './targets-table.tsx'
import { matchingTargets, targetsState } from './targets-view.ts'

/** The inventory. */
export function TargetsRoom() {
  const [filters, setFilters] = useFilters(readTargetsSearch)
  const [adding, setAdding] = useState(false)
  const mayChange = useMay(['owner', 'admin'])
  const targets = useCall('target.list')
  const tags = [...new Set((targets.data?.targets ?? []).flatMap((target) => target.tags))].sort()
  return (
    <Page
      title="Targets"
      state={targets.data === undefined ? undefined : targetsState(targets.data.targets)}
      acts={
        mayChange && (
          <Button kind="primary" mark="plus" onPress={() => setAdding(true)}>
            Add target
          </Button>
        )
      }
      tools={
        <>
          <SearchField
            label="Search targets"
            placeholder="Name, tag or address"
            value={filters.text ?? ''}
            onChange={(text) => setFilters({ text })}
          />
          <Select
            look="chip"
            label="Tag"
            value={filters.tag ?? 'any'}
            options={['any', ...tags].map((id) => ({ id, label: id }))}
            onChange={(id) => setFilters({ tag: id === 'any' ? undefined : id })}
          />
        </>
      }
    >
      <DataRegion
        query={targets}
        reading="Reading targets"
        failedTitle="Targets could not be read"
        isEmpty={(data) => matchingTargets(data.targets, filters).length === 0}
        empty={
          <TargetsEmpty
            filtered={filters.text !== undefined || filters.tag !== undefined}
            onAdd={mayChange ? () => setAdding(true) : undefined}
          />
        }
      >
        {(data) => <TargetsTable targets={matchingTargets(data.targets, filters)} />}
      </DataRegion>
      {adding && <AddTargetDialog onClose={() => setAdding(false)} />}
    </Page>
  )
}
