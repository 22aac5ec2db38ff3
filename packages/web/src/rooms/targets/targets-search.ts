import { textParam } from '../search-param.ts'

export interface TargetsSearch {
  readonly text: string | undefined
  readonly tag: string | undefined
}

export function readTargetsSearch({ text, tag }: Record<string, unknown>): TargetsSearch {
  return { text: textParam(text), tag: textParam(tag) }
}
