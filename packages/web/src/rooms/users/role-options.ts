import { ROLES, type Role } from '@sallyport/model'
import type { SelectOption } from '../../ui/select.tsx'

const MAY: Readonly<Record<Role, string>> = {
  owner: 'everything, for good',
  admin: 'everything',
  auditor: 'read everything, change nothing',
  member: 'what the policy opens to them',
}

/** The roles, each with what it may. */
export const ROLE_OPTIONS: readonly SelectOption<Role>[] = ROLES.map((role) => ({
  id: role,
  label: role,
  detail: MAY[role],
}))
