import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Where a target's inputs rest: one line of hex each, so that a new input is one line of a diff. */
export function corpusPath(targetName: string): string {
  const [packageName = '', ...rest] = targetName.split('/')
  return `packages/${packageName}/test/fuzz/corpus/${rest.join('-')}.hex`
}

/** Inputs that once crashed a target, kept beside its corpus and run by every `npm test`. */
export function crashPath(targetName: string): string {
  return corpusPath(targetName).replace('/corpus/', '/crashes/')
}

/** The inputs of a file; none where there is no file. */
export function readCorpus(path: string): Uint8Array[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => new Uint8Array(Buffer.from(line === '-' ? '' : line, 'hex')))
}

/** Replaces a file's inputs, shortest first. The empty input is written `-`. */
export function writeCorpus(path: string, inputs: readonly Uint8Array[]): void {
  const lines = inputs.map((input) => Buffer.from(input).toString('hex') || '-')
  const sorted = [...new Set(lines)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, sorted.map((line) => `${line}\n`).join(''))
}
