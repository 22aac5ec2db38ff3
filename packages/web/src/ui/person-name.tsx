import { personText } from '../words/person-text.ts'

interface PersonNameProps {
  /** As they wrote it; empty where they gave none. */
  readonly name: string
  readonly login: string
}

/** What a person is called; set apart, so that a name written from right to left leaves the words around it in order. */
export function PersonName({ name, login }: PersonNameProps) {
  return <bdi>{personText(name, login)}</bdi>
}
