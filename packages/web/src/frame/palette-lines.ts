import type { Approval, ReachableTarget } from '@sallyport/api'
import type { Role } from '@sallyport/model'
import { paths } from '../paths.ts'
import type { MarkName } from '../ui/marks.tsx'
import { PLACES } from './places.ts'

/** What the palette offers. */
export type PaletteLine = {
  readonly id: string
  readonly name: string
  readonly mark: MarkName
  /** One line that saves a guess. */
  readonly detail?: string
  readonly keyCap?: string
} & (
  | { readonly kind: 'go'; readonly to: string }
  | { readonly kind: 'connect'; readonly target: ReachableTarget }
  | { readonly kind: 'instructions'; readonly target: ReachableTarget }
  | { readonly kind: 'keys' }
  | { readonly kind: 'sign-out' }
)

export interface PaletteGroup {
  readonly name: string
  readonly lines: readonly PaletteLine[]
}

/** Targets that are offered at once: the others are a letter away. */
const CONNECT_MAX = 6
/** With so few left, also how other programs reach them. */
const INSTRUCTIONS_MAX = 3

export interface PaletteFacts {
  readonly role: Role
  readonly targets: readonly ReachableTarget[]
  readonly waiting: readonly Approval[]
  /** What is typed to go to a target. */
  readonly command: (target: ReachableTarget) => string
}

/** Everything that fits what is typed: answer, connect, go to, do, in that order. What somebody may not do is absent. */
export function paletteGroups(
  { role, targets, waiting, command }: PaletteFacts,
  fits: (name: string) => boolean,
  isTyped: boolean,
): readonly PaletteGroup[] {
  const answers = waiting.map(
    ({ code, source }): PaletteLine => ({
      kind: 'go',
      id: `answer ${code}`,
      name: `Answer the login from ${source}`,
      detail: code,
      mark: 'key',
      to: paths.approve.replace('$code', code),
    }),
  )
  const open = targets.filter(({ name }) => fits(`Connect to ${name}`)).slice(0, CONNECT_MAX)
  const connects = open.map(
    (target): PaletteLine => ({
      kind: 'connect',
      id: `connect ${target.name}`,
      name: `Connect to ${target.name}`,
      detail: command(target),
      mark: 'copy',
      target,
    }),
  )
  const asked = open.length > 0 ? open : targets.filter(({ name }) => fits(how(name)))
  const near = isTyped && asked.length <= INSTRUCTIONS_MAX ? asked : []
  const instructions = near.map(
    (target): PaletteLine => ({
      kind: 'instructions',
      id: `instructions ${target.name}`,
      name: how(target.name),
      detail: 'ssh_config, VS Code, Ansible, rsync, PuTTY',
      mark: 'info',
      target,
    }),
  )
  const places = PLACES.flatMap((group) => group.places)
    .filter(({ roles }) => roles.includes(role))
    .map(({ name, path }): PaletteLine => ({ kind: 'go', id: path, name, mark: 'chev-right', to: path }))
  const acts: readonly PaletteLine[] = [
    { kind: 'keys', id: 'keys', name: 'Show the keys', mark: 'info', keyCap: '?' },
    { kind: 'sign-out', id: 'sign-out', name: 'Sign out', mark: 'end' },
  ]
  const groups = [
    { name: 'Waiting for you', lines: answers.filter(({ name }) => fits(name)) },
    { name: 'Connect', lines: [...connects, ...instructions] },
    { name: 'Go to', lines: places.filter(({ name }) => fits(name)) },
    { name: 'Do', lines: acts.filter(({ name }) => fits(name)) },
  ]
  return groups.filter(({ lines }) => lines.length > 0)
}

function how(name: string): string {
  return `How to reach ${name}`
}
