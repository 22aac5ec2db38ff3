import type { UserDetail } from '@sallyport/api'
import type { Role } from '@sallyport/model'
import { useAct } from '../../api/use-act.ts'
import { useMay } from '../../api/use-signed-in.ts'
import { Failure } from '../../ui/failure.tsx'
import { Select } from '../../ui/select.tsx'
import { toast } from '../../ui/toast-list.ts'
import { Section } from '../section.tsx'
import { ROLE_OPTIONS } from './role-options.ts'

/** What somebody may in this console; what they may reach stands in the policy. */
export function UserRole({ user }: { readonly user: UserDetail }) {
  const mayChange = useMay(['owner', 'admin'])
  const update = useAct('user.update')
  const change = (role: Role) => {
    const before = user.role
    if (role === before) return
    update.mutate(
      { user: user.id, role },
      {
        onSuccess: () =>
          toast(`${user.name} is ${role} now`, {
            act: { label: 'Undo', run: () => update.mutate({ user: user.id, role: before }) },
          }),
      },
    )
  }
  return (
    <Section title="Role" note="What they may in this console. What they may reach stands in the policy.">
      <div className="max-w-80">
        {mayChange ? (
          <Select label="Role" value={user.role} options={ROLE_OPTIONS} onChange={change} />
        ) : (
          <p>{user.role}</p>
        )}
      </div>
      {update.error !== null && <Failure error={update.error} />}
    </Section>
  )
}
