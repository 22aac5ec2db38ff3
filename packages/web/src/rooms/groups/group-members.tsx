import type { PolicyGroup } from '@sallyport/api'
import { Link } from '@tanstack/react-router'
import { paths } from '../../paths.ts'

/** Members that are listed in a row; the policy has the rest. */
const LISTED_MAX = 12

/** Who is in a group; those who are not here, or may not sign in, with the word for it. */
export function GroupMembers({ members }: { readonly members: PolicyGroup['members'] }) {
  if (members.length === 0) return <span className="text-ink-3">nobody</span>
  const more = members.length - LISTED_MAX
  return (
    <span className="flex flex-wrap gap-x-3 wide:py-1.5">
      {members.slice(0, LISTED_MAX).map(({ name, state }) =>
        state === 'absent' ? (
          <span key={name} className="text-ink-3 wrap-anywhere">
            <span className="mono">{name}</span> not here
          </span>
        ) : (
          <span key={name} className="wrap-anywhere">
            <Link to={paths.user} params={{ user: name } as never} className="mono">
              {name}
            </Link>
            {state === 'disabled' && <span className="text-stop"> disabled</span>}
          </span>
        ),
      )}
      {more > 0 && <span className="text-ink-3">and {more} more</span>}
    </span>
  )
}
