import { createInterface } from 'node:readline'
import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { printable } from '../output/escape.ts'
import { openBrowser } from './open-browser.ts'
import { requireSignedIn } from './person.ts'
import { qrText } from './qr-text.ts'

/** Sets one-time codes up: shows the secret, and confirms it by its first code, which may come through a pipe. */
export async function addTotp(context: CommandContext): Promise<void> {
  const { daemon, terminal, signal, options } = context
  if (!options.input) {
    throw new CommandError('usage.confirmation-needed', 'the first code has to be typed', {
      why: 'no question may be asked because of --no-input',
      fix: 'leave --no-input out; the code may come through a pipe',
    })
  }
  const { uri, secret } = await daemon.call('me.totp-begin', {}, { signal })
  terminal.stderr.write(
    `${qrText(uri)}\nScan this with an authenticator app, or type the secret into it\n  ${printable(secret)}\nCode that it shows: `,
  )
  const code = await firstLine(terminal.stdin, signal)
  if (code === undefined) {
    throw new CommandError(
      'usage.confirmation-needed',
      'one-time codes are not set up: the first one has to be typed',
      {
        why: 'standard input ended before it came',
        fix: 'type the code that the app shows, or let it come through a pipe',
      },
    )
  }
  await daemon.call('me.totp-confirm', { code: code.trim() }, { signal })
  context.print({ added: 'totp' }, () => 'one-time codes are set up\n')
}

/** Undefined where there is none. Rejects as the signal says. */
async function firstLine(input: NodeJS.ReadableStream, signal: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input, signal, terminal: false })
  try {
    for await (const line of lines) return line
    signal.throwIfAborted()
    return undefined
  } finally {
    lines.close()
  }
}

/** Passkeys are between the browser and the gateway: opens the page that adds them. */
export async function addPasskey(context: CommandContext, open: boolean): Promise<void> {
  const { profile } = requireSignedIn(context)
  const url = `${profile.server}/me`
  const opens = open && (await openBrowser(url, context.terminal.environment))
  context.print({ url, opened: opens }, () => (opens ? `the console opens: ${url}\n` : `${url}\n`))
}
