import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'

interface TargetsEmptyProps {
  readonly filtered: boolean
  readonly onAdd: (() => void) | undefined
}

export function TargetsEmpty({ filtered, onAdd }: TargetsEmptyProps) {
  if (filtered) return <EmptyState title="None of them fits">Take a filter away to see the others.</EmptyState>
  return (
    <EmptyState
      title="No targets yet"
      acts={
        onAdd !== undefined && (
          <Button kind="primary" onPress={onAdd}>
            Add target
          </Button>
        )
      }
    >
      Add a server you already log in to. Nothing is installed on it.
    </EmptyState>
  )
}
