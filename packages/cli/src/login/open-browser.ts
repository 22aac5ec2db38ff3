import { spawn } from 'node:child_process'

/** Time for what opens browsers to fail, in milliseconds; one that runs longer than this has begun to open it. */
const FAILS_WITHIN_MS = 1500

type Environment = Readonly<Record<string, string | undefined>>

/** Whether a browser that opens would be before the person who typed the command: not over SSH, and with a display. */
export function canOpenBrowser(environment: Environment, platform: NodeJS.Platform = process.platform): boolean {
  const set = (name: string) => (environment[name] ?? '') !== ''
  if (set('SSH_CONNECTION') || set('SSH_TTY') || set('SSH_CLIENT')) return false
  return platform === 'darwin' || set('BROWSER') || set('DISPLAY') || set('WAYLAND_DISPLAY')
}

/** Opens a page in the person's browser: BROWSER, else what the desktop has for it. Whether it seems to have worked. */
export function openBrowser(
  url: string,
  environment: Environment,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const own = environment['BROWSER']
  const command = own !== undefined && own !== '' ? own : platform === 'darwin' ? 'open' : 'xdg-open'
  return new Promise((resolve) => {
    // No shell: the address is one argument whatever it holds.
    const child = spawn(command, [url], { stdio: 'ignore', detached: true, env: { ...environment } })
    const timer = setTimeout(resolve, FAILS_WITHIN_MS, true)
    const settle = (worked: boolean) => {
      clearTimeout(timer)
      resolve(worked)
    }
    child.once('error', () => settle(false))
    child.once('exit', (status) => settle(status === 0))
    child.unref()
  })
}
