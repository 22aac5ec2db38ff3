import { textParam } from '../search-param.ts'

export interface HomeSearch {
  readonly text: string | undefined
  readonly tag: string | undefined
}

export function readHomeSearch({ text, tag }: Record<string, unknown>): HomeSearch {
  return { text: textParam(text), tag: textParam(tag) }
}
