/** What decides where the state lies. */
export interface StateDirectoryFacts {
  /** `--state`, where given. */
  readonly flag?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Numeric user id; undefined where the system has none. */
  readonly uid: number | undefined
  readonly home: string
}

/**
 * The directory that holds everything the gateway keeps: `--state`, else `SALLYPORT_STATE`, else `/var/lib/sallyport`
 * for root and `sallyport` in the user's state directory (XDG) for everyone else.
 */
export function stateDirectory({ flag, environment, uid, home }: StateDirectoryFacts): string {
  const given = flag ?? environment['SALLYPORT_STATE']
  if (given !== undefined && given !== '') return given
  if (uid === 0) return '/var/lib/sallyport'
  const xdg = environment['XDG_STATE_HOME']
  return `${xdg !== undefined && xdg.startsWith('/') ? xdg : `${home}/.local/state`}/sallyport`
}
