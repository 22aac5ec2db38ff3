import { useMay } from '../../api/use-signed-in.ts'
import { paths } from '../../paths.ts'
import { ButtonLink } from '../../ui/button-link.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'

/** Nothing to go to: because of the filters, or because the policy opens nothing. */
export function HomeEmpty({ filtered }: { readonly filtered: boolean }) {
  const mayAdd = useMay(['owner', 'admin'])
  if (filtered) return <EmptyState title="None of them fits">Take a filter away to see the others.</EmptyState>
  return (
    <EmptyState
      title="No targets yet"
      acts={
        mayAdd && (
          <>
            <ButtonLink to={paths.targets} kind="primary">
              Add target
            </ButtonLink>
            <ButtonLink to={paths.policy} kind="quiet">
              Open the policy
            </ButtonLink>
          </>
        )
      }
    >
      {mayAdd
        ? 'Add a server you already log in to, and a rule of the policy that opens it. Nothing is installed on it.'
        : 'The policy opens none to you. An owner or admin can add a rule that does.'}
    </EmptyState>
  )
}
