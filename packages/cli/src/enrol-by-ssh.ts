import { spawn } from 'node:child_process'
import type { CommandContext } from './command-context.ts'
import { CommandError } from './command-error.ts'
import { EXIT } from './exit-codes.ts'

/** `[ssh://][USER@]HOST[:PORT]`, without what ssh would take for an option (V-E16) or a shell for more than a word. */
const DESTINATION = /^(?:ssh:\/\/)?(?:[A-Za-z0-9_][A-Za-z0-9_.+@-]*@)?[A-Za-z0-9_:[][A-Za-z0-9_.:[\]-]*$/
/** Root needs no sudo; where there is none, only root can do it anyway. */
const REMOTE_COMMAND = 'if [ "$(id -u)" = 0 ]; then exec sh -s; else exec sudo sh -s; fi'

/** ssh’s own status where it did not connect or sign in. */
const SSH_FAILED = 255

/** Throws for what is no destination of ssh, before anything is signed for it. */
export function requireDestination(destination: string): void {
  if (DESTINATION.test(destination)) return
  throw new CommandError('usage.invalid', `“${destination}” is no destination for ssh`, {
    fix: 'write --run USER@HOST',
  })
}

/**
 * Runs a script there as root, through the ssh of whoever asks, and says what to make of it where it fails; its exit status,
 * 255 where ssh itself failed.
 */
export function enrolBySsh(destination: string, script: string, context: CommandContext): Promise<number> {
  const { terminal, signal } = context
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', ['--', destination, REMOTE_COMMAND], {
      // What it says is no data of ours.
      stdio: ['pipe', 2, 2],
      env: { ...terminal.environment },
      signal,
    })
    child.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') return reject(cause)
      reject(
        new CommandError('usage.invalid', 'there is no ssh on this machine', {
          fix: 'leave --run out, and run the script on the target',
        }),
      )
    })
    child.once('close', (code) => {
      const status = code ?? EXIT.failed
      if (status === SSH_FAILED)
        context.note(
          `ssh did not get to ${destination}, so nothing was changed; name it as this machine’s ssh reaches it: --run root@ADDRESS`,
        )
      else if (status !== 0) context.note('it does not believe our certificates yet: the script there ended too early')
      resolve(status)
    })
    child.stdin?.on('error', () => {}) // its status says what happened
    child.stdin?.end(script)
  })
}
