import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import type { FuzzTarget } from '@sallyport/testkit/fuzz'

/** Every fuzz target of the workspaces with the file that exports it, by name. */
export async function loadFuzzTargets(): Promise<{ file: string; target: FuzzTarget }[]> {
  const found: { file: string; target: FuzzTarget }[] = []
  for (const file of globSync('packages/*/src/**/*.fuzz.ts').sort()) {
    const module = (await import(resolve(file))) as { fuzzTargets?: readonly FuzzTarget[] }
    if (module.fuzzTargets === undefined) throw new Error(`${file} exports no fuzzTargets`)
    for (const target of module.fuzzTargets) found.push({ file: resolve(file), target })
  }
  const names = found.map(({ target }) => target.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new Error(`two fuzz targets are named ${twice}`)
  return found.sort((a, b) => (a.target.name < b.target.name ? -1 : 1))
}
