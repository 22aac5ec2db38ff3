/** What starts a gateway, besides its configuration. */
export interface GatewayOptions {
  readonly stateDirectory: string
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Another configuration file than the state directory's own. */
  readonly configFile?: string
  /** `section.key` to what the file would say. */
  readonly flags?: Readonly<Record<string, unknown>>
  /** Takes the log's lines; standard output unless given. */
  readonly writeLog?: (line: string) => void
  /** The greeting is kept where others read it: it names no link that signs somebody in. */
  readonly keptGreeting?: boolean
}
