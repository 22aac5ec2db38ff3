/**
 * `--json` takes its fields only behind `=`: otherwise `user show --json alice` would ask for a field named alice.
 * A bare `--json` becomes the last argument, where nothing follows that it could take.
 */
export function settleJson(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  const own = end === -1 ? argv : argv.slice(0, end)
  const rest = end === -1 ? [] : argv.slice(end)
  const bare = own.filter((argument) => argument === '--json')
  return [...own.filter((argument) => argument !== '--json'), ...bare, ...rest]
}

/** Whether a command line asks for JSON, also one that is not understood otherwise. */
export function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end === -1 ? argv : argv.slice(0, end)).some((word) => word === '--json' || word.startsWith('--json='))
}
