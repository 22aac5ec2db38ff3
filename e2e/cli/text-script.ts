/**
 * Product tests as text: commands as they are typed, and what they print.
 *
 *     # a comment
 *     %% alice.pub              a file in the working directory, up to the next %%
 *     ssh-ed25519 AAAA…
 *     %%
 *     $ sallyport user add alice --key alice.pub
 *     alice was added as member with 1 key
 *
 *     $ sallyport user show nobody
 *     ! error: no user “nobody”  [SP1101 user.not-found]
 *     = 6
 *
 * Behind `$` stands a command for bash; lines up to an empty one are its standard output, those with `! ` its standard
 * error, `= 6` its exit status (0 unless told). `...` alone stands for any number of lines. Placeholders stand for what
 * differs from run to run: <id> <time> <ago> <n> <port> <fp> <base64> <hex> <path> <me> <any>. Space at the end of a line and
 * how many spaces separate columns do not count.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runCommand } from '@sallyport/testkit'

export interface ScriptStep {
  readonly line: number
  readonly command: string
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
  readonly status: number
}

export interface Script {
  readonly files: ReadonlyMap<string, string>
  readonly steps: readonly ScriptStep[]
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  id: '[a-z]+_[0-9a-z]+',
  time: '\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+Z|Z)?',
  ago: '\\((?:in )?[0-9a-z ]+?(?: ago)?\\)',
  n: '\\d+(?:\\.\\d+)?',
  port: '\\d+',
  fp: 'SHA256:[A-Za-z0-9+/]{43}',
  base64: '[A-Za-z0-9+/]+={0,2}',
  hex: '[0-9a-f]+',
  path: '/[^\\s:]+',
  /** The login name of whoever runs the tests. */
  me: '[a-z_][a-z0-9_.-]*',
  any: '.*?',
}

export function parseScript(text: string): Script {
  const files = new Map<string, string>()
  const steps: { line: number; command: string; stdout: string[]; stderr: string[]; status: number }[] = []
  let file: { name: string; lines: string[] } | undefined
  let open = false
  for (const [index, line] of text.split('\n').entries()) {
    if (file !== undefined) {
      if (line === '%%') {
        files.set(file.name, `${file.lines.join('\n')}\n`)
        file = undefined
      } else file.lines.push(line)
    } else if (line.startsWith('%% ')) file = { name: line.slice(3).trim(), lines: [] }
    else if (line.startsWith('$ ')) {
      steps.push({ line: index + 1, command: line.slice(2), stdout: [], stderr: [], status: 0 })
      open = true
    } else if (line === '') open = false
    else {
      const step = open ? steps.at(-1) : undefined
      if (step === undefined) {
        if (!line.startsWith('#')) throw new Error(`line ${index + 1} belongs to no command: ${line}`)
      } else if (line.startsWith('! ')) step.stderr.push(line.slice(2))
      else if (/^= \d+$/.test(line)) step.status = Number(line.slice(2))
      else step.stdout.push(line)
    }
  }
  return { files, steps }
}

export interface ScriptPlace {
  /** Working directory; the script's files are written there. */
  readonly directory: string
  readonly environment: NodeJS.ProcessEnv
}

/** Writes a script's files. */
export function writeFiles(script: Script, { directory }: ScriptPlace): void {
  for (const [name, text] of script.files) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
}

/** Runs one command; throws with both texts side by side where it does something else than the script says. */
export async function runStep(step: ScriptStep, { directory, environment }: ScriptPlace): Promise<void> {
  const { status, stdout, stderr } = await runCommand('/bin/bash', ['-c', step.command], {
    cwd: directory,
    env: environment,
  })
  const out = linesOf(stdout.toString())
  const err = linesOf(stderr)
  if (status === step.status && agrees(step.stdout, out) && agrees(step.stderr, err)) return
  const shown = (lines: readonly string[], errors: readonly string[], ended: number | null) =>
    [...lines, ...errors.map((line) => `! ${line}`), `= ${ended}`].map((line) => `    ${line}`).join('\n')
  throw new Error(
    `line ${step.line}: $ ${step.command}\n  expected\n${shown(step.stdout, step.stderr, step.status)}\n  but it was\n${shown(out, err, status)}`,
  )
}

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd())
  // An empty line ends a command in a script, so none can be expected.
  return lines.filter((line) => line !== '')
}

function agrees(expected: readonly string[], actual: readonly string[]): boolean {
  const [first, ...rest] = expected
  if (first === undefined) return actual.length === 0
  if (first === '...') {
    for (let skipped = 0; skipped <= actual.length; skipped++) if (agrees(rest, actual.slice(skipped))) return true
    return false
  }
  return actual[0] !== undefined && pattern(first).test(actual[0]) && agrees(rest, actual.slice(1))
}

/** A line with its placeholders as a pattern. */
function pattern(line: string): RegExp {
  const source = line
    .trimEnd()
    .split(/(<[a-z0-9]+>)/)
    .map((part) => {
      const name = /^<([a-z0-9]+)>$/.exec(part)?.[1] ?? ''
      if (Object.hasOwn(PLACEHOLDERS, name)) return PLACEHOLDERS[name]
      return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll(/ {2,}/g, ' +')
    })
    .join('')
  return new RegExp(`^${source}$`, 'u')
}
