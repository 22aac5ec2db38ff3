import { ApiError, type Target as ApiTarget } from '@sallyport/api'
import { isTag, isTargetName, type Target } from '@sallyport/model'
import { formatPublicKey, parsePublicKey } from '@sallyport/ssh/keys'
import { StoreError } from '@sallyport/store'
import { canonicalHost } from '../access/canonical-host.ts'
import type { Handlers } from './handlers.ts'
import { recordedChange, type Services, timeText } from './services.ts'
import { plain, unlessTaken } from './users.ts'

interface NewTarget {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly tags: readonly string[]
  readonly hostKeys: readonly string[]
}
type TargetFields = Omit<NewTarget, 'hostKeys'> & { readonly host_keys: readonly string[] }
type Change = Partial<Omit<NewTarget, 'name'>>

/** `target …`. */
export function targetHandlers(
  services: Services,
): Pick<Handlers, Exclude<`target.${string}` & keyof Handlers, 'target.enrol'>> {
  const { roster } = services
  const find = (selector: string): Target => {
    const { targetsByName } = roster.current
    const target =
      targetsByName.get(selector.toLowerCase()) ?? [...targetsByName.values()].find(({ id }) => id === selector)
    if (target !== undefined) return target
    throw notFound(selector)
  }
  const added = ({ id, name, address, port, tags }: Target, actor: string) =>
    ({ type: 'target-added', actor, target: name, targetId: id, address, port, tags }) as const

  const changed = ({ id, name }: Target, change: Change, actor: string) => {
    const { hostKeys: _, ...told } = change
    return { type: 'target-changed', actor, target: name, targetId: id, changes: Object.keys(change), ...told } as const
  }

  return {
    'target.list': () => ({ targets: [...roster.current.targetsByName.values()].map(shown) }),
    'target.show': ({ target }) => shown(find(target)),

    async 'target.add'(input, { actor }) {
      const target = await unlessTaken('target.exists', `there is a target “${plain(input.name)}” already`, () =>
        recordedChange(services, async (tx, record) => {
          const made = await tx.targets.add(checked(input))
          record(added(made, actor))
          return made
        }),
      )
      await roster.refresh()
      return shown(target)
    },

    async 'target.update'({ target: selector, address, port, tags, host_keys }, { actor }) {
      const target = find(selector)
      const wanted = checked({
        name: target.name,
        address: address ?? target.address,
        port: port ?? target.port,
        tags: tags ?? target.tags,
        host_keys: host_keys ?? target.hostKeys,
      })
      const change = changeOf(target, wanted)
      if (Object.keys(change).length === 0) return shown(target)
      const next = await recordedChange(services, async (tx, record) => {
        const next = await tx.targets.change(target.id, change).catch((error: unknown) => {
          throw error instanceof StoreError && error.code === 'not-found' ? notFound(selector) : error
        })
        record(changed(target, change, actor))
        return next
      })
      await roster.refresh()
      return shown(next)
    },

    async 'target.remove'({ target: selector }, { actor }) {
      const target = find(selector)
      await recordedChange(services, async (tx, record) => {
        await tx.targets.remove(target.id)
        record({ type: 'target-removed', actor, target: target.name, targetId: target.id })
      })
      await roster.refresh()
      return shown(target)
    },

    async 'target.import'({ targets, on_conflict, dry_run }, { actor }) {
      const plan = planImport(targets, on_conflict, roster.current.targetsByName)
      const result = {
        added: plan.add.map(({ name }) => name),
        replaced: plan.replace.map(({ target }) => target.name),
        skipped: plan.skipped,
        dry_run,
      }
      if (dry_run) return result
      await recordedChange(services, async (tx, record) => {
        for (const each of plan.add) record(added(await tx.targets.add(each), actor))
        for (const { target, change } of plan.replace) {
          await tx.targets.change(target.id, change)
          record(changed(target, change, actor))
        }
      })
      await roster.refresh()
      return result
    },
  }
}

function notFound(selector: string): ApiError {
  return new ApiError('target.not-found', `there is no target “${plain(selector)}”`, { fix: 'sallyport target ls' })
}

function planImport(
  targets: readonly TargetFields[],
  onConflict: 'skip' | 'replace',
  known: ReadonlyMap<string, Target>,
) {
  const add: NewTarget[] = []
  const replace: { target: Target; change: Change }[] = []
  const skipped: { name: string; why: string }[] = []
  const seen = new Set<string>()
  for (const input of targets) {
    const name = plain(input.name)
    try {
      const next = checked(input)
      const target = known.get(next.name)
      if (seen.has(next.name)) skipped.push({ name, why: 'stands twice' })
      else if (target === undefined) add.push(next)
      else if (onConflict === 'skip') skipped.push({ name, why: 'is there already' })
      else {
        const change = changeOf(target, next)
        if (Object.keys(change).length === 0) skipped.push({ name, why: 'is the same' })
        else replace.push({ target, change })
      }
      seen.add(next.name)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      skipped.push({ name, why: error.message })
    }
  }
  return { add, replace, skipped }
}

function changeOf(target: Target, next: NewTarget): Change {
  const { name: _, ...fields } = next
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([field, value]) => JSON.stringify(value) !== JSON.stringify(target[field as keyof Target]),
    ),
  )
}

/** A target in canonical form. Throws ApiError `target.invalid`. */
function checked({ name: given, address, port, tags, host_keys }: TargetFields): NewTarget {
  const name = given.toLowerCase()
  if (!isTargetName(name))
    throw new ApiError('target.invalid', `“${plain(given)}” cannot be the name of a target`, {
      why: 'letters, digits, “.”, “_” and “-”; not a bare number',
    })
  const host = canonicalHost(address)
  if (host === undefined)
    throw new ApiError('target.invalid', `“${plain(address)}” is neither an address nor a DNS name`)
  const badTag = tags.find((tag) => !isTag(tag))
  if (badTag !== undefined)
    throw new ApiError('target.invalid', `“${plain(badTag)}” is no tag`, { fix: 'write it like tag:prod' })
  const hostKeys = host_keys.map((line) => {
    try {
      return formatPublicKey(parsePublicKey(line).key)
    } catch (cause) {
      throw new ApiError('target.invalid', 'one of the host keys cannot be read', {
        why: (cause as Error).message,
        fix: 'give “type base64”, as in known_hosts behind the name',
        cause,
      })
    }
  })
  return { name, address: host.kind === 'address' ? host.address : host.name, port, tags: [...new Set(tags)], hostKeys }
}

function shown({ id, name, address, port, tags, hostKeys, createdAt }: Target): ApiTarget {
  return {
    id,
    name,
    address,
    port,
    tags: [...tags],
    host_keys: [...hostKeys],
    created_at: timeText(createdAt),
  }
}
