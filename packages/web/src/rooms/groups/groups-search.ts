import { textParam } from '../search-param.ts'

export interface GroupsSearch {
  readonly text: string | undefined
}

export function readGroupsSearch({ text }: Record<string, unknown>): GroupsSearch {
  return { text: textParam(text) }
}
