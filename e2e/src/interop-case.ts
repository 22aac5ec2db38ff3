import type { GatewayProcess, Sshd, TemporaryDirectory } from '@sallyport/testkit'

/** What a case works with: a jump host, a second one behind it, and a real sshd behind both. */
export interface InteropStage {
  readonly gateway: GatewayProcess
  readonly second: GatewayProcess
  readonly target: Sshd
  /** Login name on the target. */
  readonly login: string
  /** Private key that the gateways and the target know, in OpenSSH form. */
  readonly keyFile: string
  /** known_hosts with the keys of all three. */
  readonly knownHosts: string
  readonly directory: TemporaryDirectory
}

/** One client doing one thing through the jump. Throws where it does not work. */
export interface InteropCase {
  readonly client: string
  readonly does: string
  /** What must be on the machine; the case is skipped, loudly, where it is not. */
  readonly needs: () => string | undefined
  run(stage: InteropStage): Promise<void>
}
