import { ROLES, type Role } from '@sallyport/model'
import { oneOfParam, textParam } from '../search-param.ts'

export interface UsersSearch {
  readonly text: string | undefined
  readonly role: Role | undefined
}

export function readUsersSearch({ text, role }: Record<string, unknown>): UsersSearch {
  return { text: textParam(text), role: oneOfParam(role, ROLES) }
}
