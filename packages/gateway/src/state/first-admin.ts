import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { isUserName, shownText } from '@sallyport/model'
import { connectAgent } from '@sallyport/ssh'
import {
  decodePrivateKey,
  fingerprint,
  inspectPrivateKey,
  isCertificate,
  type PublicKey,
  parsePublicKey,
} from '@sallyport/ssh/keys'

/** A public key that was found, and where. */
export interface FoundKey {
  readonly key: PublicKey
  readonly comment: string
  /** `ssh-agent`, or a path. */
  readonly from: string
}

/** Whoever starts the gateway. */
export interface Starter {
  readonly name: string
  readonly home: string
}

/** Time for an agent to answer, in milliseconds; one that asks somebody first is not waited for. */
const AGENT_TIMEOUT_MS = 2000
/** Files of `~/.ssh` that are looked at, and the largest of them in bytes: a key is a hundredth of it. */
const FILES_MAX = 200
const FILE_MAX_BYTES = 64 * 1024
/** Files of `~/.ssh` that hold no identity. */
const NO_IDENTITY = /^(authorized_keys|known_hosts|config|environment|rc)/

/** Who started this process: behind sudo the one who called it, and `admin` where the system's name cannot be a login name. */
export function starter(environment: Readonly<Record<string, string | undefined>>): Starter {
  const sudoUser = process.getuid?.() === 0 ? environment['SUDO_USER'] : undefined
  const sudoHome = sudoUser === undefined ? undefined : homeOf(sudoUser)
  if (sudoUser !== undefined && sudoHome !== undefined && isUserName(sudoUser))
    return { name: sudoUser, home: sudoHome }
  try {
    const home = environment['HOME'] ?? homedir()
    const name = userInfo().username.toLowerCase()
    return { name: isUserName(name) ? name : 'admin', home }
  } catch {
    // A container may run under a number that has no name.
    return { name: 'admin', home: environment['HOME'] ?? '/' }
  }
}

/** Public keys whose private halves the starter holds: in the agent, or as identity files in `~/.ssh`. Each key once. */
export async function ownKeys(
  { home }: Starter,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly FoundKey[]> {
  const found = new Map<string, FoundKey>()
  for (const each of [...(await agentKeys(environment['SSH_AUTH_SOCK'])), ...fileKeys(join(home, '.ssh'))])
    if (!isCertificate(each.key) && !found.has(fingerprint(each.key)))
      found.set(fingerprint(each.key), { ...each, comment: shownText(each.comment) })
  return [...found.values()]
}

async function agentKeys(path: string | undefined): Promise<FoundKey[]> {
  if (path === undefined || path === '') return []
  try {
    const signal = AbortSignal.timeout(AGENT_TIMEOUT_MS)
    await using agent = await connectAgent(path, { signal })
    const identities = await agent.identities({ signal })
    return identities.map(({ key, comment }) => ({ key, comment, from: 'ssh-agent' }))
  } catch {
    return []
  }
}

function fileKeys(folder: string): FoundKey[] {
  if (!existsSync(folder)) return []
  let files: string[]
  try {
    files = readdirSync(folder).sort()
  } catch {
    return []
  }
  return files.slice(0, FILES_MAX).flatMap((file) => {
    if (NO_IDENTITY.test(file)) return []
    const path = join(folder, file)
    try {
      const key = readKey(file, path, files)
      return key === undefined ? [] : [key]
    } catch {
      // Not a key, or of a kind that is not accepted.
      return []
    }
  })
}

function readKey(file: string, path: string, files: readonly string[]): FoundKey | undefined {
  const bytes = readFileSync(path)
  if (bytes.length > FILE_MAX_BYTES) return undefined
  const text = bytes.toString('utf8')
  if (file.endsWith('.pub')) {
    const { key, comment } = parsePublicKey(text)
    return { key, comment, from: path }
  }
  // A private key without its public file beside it; its comment is lost in most formats.
  if (!text.startsWith('-----BEGIN ') || files.includes(`${file}.pub`)) return undefined
  const { encrypted, publicKey } = inspectPrivateKey(text)
  if (publicKey !== undefined) return { key: publicKey, comment: file, from: path }
  return encrypted ? undefined : { key: decodePrivateKey(text).publicKey, comment: file, from: path }
}

/** Home directory of a user, by /etc/passwd; undefined where they are not in it. */
function homeOf(name: string): string | undefined {
  try {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((each) => each.startsWith(`${name}:`))
    return line?.split(':')[5]
  } catch {
    return undefined
  }
}
