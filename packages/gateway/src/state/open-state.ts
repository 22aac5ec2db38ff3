import { existsSync, readFileSync } from 'node:fs'
import {
  ACTOR_GATEWAY,
  AuditError,
  AuditLog,
  type CheckpointSigner,
  checkpointKeyName,
  checkpointSigner,
  generateCheckpointKey,
  localActor,
} from '@sallyport/audit'
import { Secret, type User } from '@sallyport/model'
import { defaultPolicy } from '@sallyport/policy'
import { fingerprint } from '@sallyport/ssh/keys'
import { LineFile, openStore, type Store } from '@sallyport/store'
import type { Config } from '../config/settings.ts'
import { GatewayError } from '../gateway-error.ts'
import { AUDIT_KEYS } from './audit-keys.ts'
import { type FoundKey, ownKeys, starter } from './first-admin.ts'
import { HostKeyRing } from './host-key-ring.ts'
import { createHostKeys, finishHostKeys } from './host-keys.ts'
import { writePrivateFile } from './private-file.ts'
import { requirePrivate, type StatePaths } from './state-directory.ts'

/** What the first start made; each part only where it was missing. */
export interface FirstStart {
  readonly directory: boolean
  readonly hostKeys: number
  readonly policy: boolean
  /** The first owner, with the keys that were found. */
  readonly owner: { readonly user: User; readonly keys: readonly FoundKey[] } | undefined
}

/** Everything that outlives the process, open. */
export interface OpenState extends AsyncDisposable {
  readonly store: Store
  readonly audit: AuditLog
  readonly hostKeys: HostKeyRing
  /** Raw Ed25519 public key of the checkpoints, 32 bytes. */
  readonly auditPublicKey: Uint8Array
  readonly firstStart: FirstStart
}

export interface OpenStateOptions {
  readonly paths: StatePaths
  /** Whether the state directory was made just now. */
  readonly madeDirectory: boolean
  readonly config: Config
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly onCheckpointFailure: (error: unknown) => void
  /** Start although the log lacks entries that a checkpoint vouches for. */
  readonly acceptRollback?: boolean
}

const CONFIG_TEMPLATE = `# Settings of this gateway. Every key may be left out; docs/config.md explains them all.
#   sallyport config check     reads this file without starting anything
#   sallyport config show      says what is in force, and where it comes from

# [listen]
# ssh = ["0.0.0.0:2222", "[::]:2222"]
`

/** Opens the state and makes what is missing. Throws GatewayError with what to do about it. */
export async function openState(options: OpenStateOptions): Promise<OpenState> {
  const { paths, config, environment } = options
  if (!existsSync(paths.config)) writePrivateFile(paths.config, CONFIG_TEMPLATE)
  const madeHostKeys = createHostKeys(paths.hostKeys)
  const hostKeys = new HostKeyRing(paths.hostKeys)
  const madeAuditKey = !existsSync(paths.auditKey)
  if (madeAuditKey) writePrivateFile(paths.auditKey, generateCheckpointKey().reveal())
  requirePrivate(paths.auditKey, 'key')

  await using opened = new AsyncDisposableStack()
  const synchronous = config.audit.durability === 'power' ? 'full' : 'normal'
  const store = opened.use(await openStore({ path: paths.database, synchronous }))
  const anchor = opened.use(await LineFile.open(paths.auditAnchor))
  const signer = signerIn(paths.auditKey)
  const publicKey = signer.publicKey.toBase64()
  const known = (await store.settings.get(AUDIT_KEYS)) ?? []
  const newAuditKey = known.at(-1) !== publicKey
  const formerKeys = known.filter((key) => key !== publicKey).map((key) => Uint8Array.fromBase64(key))
  const audit = opened.use(await openedLog(options, { store, anchor, signer, formerKeys }))

  if (newAuditKey) {
    const key = checkpointKeyName(signer.publicKey)
    await audit.together(store, async (tx, record) => {
      await tx.settings.set(AUDIT_KEYS, [...known.filter((key) => key !== publicKey), publicKey])
      record({ type: 'audit-key-created', actor: ACTOR_GATEWAY, key, publicKey })
    })
  }
  for (const { key, fingerprint } of madeHostKeys)
    await audit.append({
      type: 'host-key-created',
      actor: ACTOR_GATEWAY,
      keyType: key.publicKey.type,
      fingerprint,
    })
  finishHostKeys(paths.hostKeys)
  const policy = await firstPolicy(store, audit)
  const owner = await firstOwner(store, audit, environment)
  const firstStart = { directory: options.madeDirectory, hostKeys: madeHostKeys.length, policy, owner }
  const rest = opened.move()
  return {
    store,
    audit,
    hostKeys,
    auditPublicKey: signer.publicKey,
    firstStart,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

function signerIn(path: string): CheckpointSigner {
  // Outside: nobody is to move a key away because the system had no file descriptor left to read it.
  const pem = new Secret(readFileSync(path, 'utf8'))
  try {
    return checkpointSigner(pem)
  } catch (cause) {
    throw new GatewayError('audit.unusable', `the key that signs the audit log, ${path}, cannot be used`, {
      why: (cause as Error).message,
      fix: 'put it back from a backup; or move it away: the next start makes another one, and the log tells of it',
      cause,
    })
  }
}

async function openedLog(
  { config, acceptRollback, onCheckpointFailure }: OpenStateOptions,
  parts: {
    readonly store: Store
    readonly anchor: LineFile
    readonly signer: CheckpointSigner
    readonly formerKeys: readonly Uint8Array[]
  },
): Promise<AuditLog> {
  const { store, ...rest } = parts
  try {
    return await AuditLog.open({
      entries: store.auditEntries,
      checkpoints: store.auditCheckpoints,
      ...rest,
      checkpointEvery: config.audit.checkpoint_entries,
      checkpointIntervalMs: config.audit.checkpoint_interval,
      onCheckpointFailure,
      ...(acceptRollback === true ? { acceptRollback: ACTOR_GATEWAY } : {}),
    })
  } catch (cause) {
    if (!(cause instanceof AuditError)) throw cause
    throw new GatewayError('audit.unusable', cause.message, {
      why: `audit: ${cause.code}`,
      fix:
        cause.code === 'log-behind-checkpoint'
          ? 'put the newest database back; or, where a backup was restored on purpose, start once with SALLYPORT_ACCEPT_AUDIT_ROLLBACK=yes'
          : 'keep a copy of the state directory and look at it with: sallyport audit verify',
      cause,
    })
  }
}

async function firstPolicy(store: Store, audit: AuditLog): Promise<boolean> {
  if ((await store.policyVersions.current()) !== undefined) return false
  const message = 'made at the first start'
  const draft = { text: defaultPolicy(), author: ACTOR_GATEWAY, message }
  await audit.together(store, async (tx, record) => {
    const { version, sha256, author } = await tx.policyVersions.add(draft)
    record({ type: 'policy-applied', actor: ACTOR_GATEWAY, version, sha256, author, message })
  })
  return true
}

async function firstOwner(
  store: Store,
  audit: AuditLog,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<FirstStart['owner']> {
  if ((await store.users.list()).length > 0) return undefined
  const who = starter(environment)
  const found = await ownKeys(who, environment)
  const actor = localActor(who.name)
  const user = await audit.together(store, async (tx, record) => {
    const user = await tx.users.add({ name: who.name, role: 'owner' })
    record({ type: 'user-added', actor, user: user.name, userId: user.id, role: user.role })
    for (const { key, comment } of found) {
      const { id, type, fingerprint } = await tx.userKeys.add({
        userId: user.id,
        type: key.type,
        blob: key.blob,
        comment,
      })
      record({ type: 'key-added', actor, user: user.name, key: id, keyType: type, fingerprint, comment })
    }
    return user
  })
  return { user, keys: found }
}

/** `SHA256:… (comment)`, for people. */
export function keyText({ key, comment }: FoundKey): string {
  const plain = comment.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 60)
  return `${fingerprint(key)}${plain === '' ? '' : ` (${plain})`}`
}
