import type { Terminal } from './terminal.ts'

/** What the command reads itself; the others are the gateway’s to know. */
const OWN: ReadonlySet<string> = new Set([
  'SALLYPORT_FINGERPRINT',
  'SALLYPORT_SERVER',
  'SALLYPORT_STATE',
  'SALLYPORT_TOKEN',
])

/** Says which variables look like ours and are read by nobody: `SALLYPORT_SRVER` would send a command to another gateway. */
export async function warnOfVariables({ environment, stderr }: Terminal): Promise<void> {
  if (!Object.keys(environment).some((name) => name.startsWith('SALLYPORT_') && !OWN.has(name))) return
  const { unknownVariables } = await import('@sallyport/gateway/variables')
  for (const { name, nearest } of unknownVariables(environment)) {
    const meant = nearest === undefined ? 'see sallyport help environment' : `did you mean ${nearest}?`
    stderr.write(`warning: nothing reads the environment variable ${printable(name)}; ${meant}\n`)
  }
}

/** Names of variables may hold anything but “=”. */
function printable(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 80)
}
