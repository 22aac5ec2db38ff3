/** Who may log in to a mesh node and how, as its client is told (field names of the map protocol). */
export interface NodeSshRule {
  /** One for each address of each machine that may. */
  readonly principals: readonly { readonly nodeIP: string }[]
  /** Login name asked for, or `*`, to login name given: `=` is the same one, an empty text none. */
  readonly sshUsers: Readonly<Record<string, string>>
  readonly action: NodeSshAction
  /** Environment variables that the client may send; absent where it may send none. */
  readonly acceptEnv?: readonly string[]
}

export type NodeSshAction = NodeSshAccept | { readonly holdAndDelegate: string } | NodeSshReject

export interface NodeSshAccept {
  readonly accept: true
  readonly allowAgentForwarding: true
  readonly allowLocalPortForwarding: true
  readonly allowRemotePortForwarding: true
  /** `address:port` of the session recorders, tried in this order. */
  readonly recorders?: readonly string[]
  /** What happens where none of them records; without it the session goes on. */
  readonly onRecordingFailure?: {
    readonly RejectSessionWithMessage: string
    readonly TerminateSessionWithMessage: string
  }
}

export interface NodeSshReject {
  readonly reject: true
  /** What whoever logs in is told. */
  readonly message: string
}

/**
 * Where the node asks before it lets somebody in, with the names that its client fills in. Host and scheme stand for the
 * control connection.
 */
export const CHECK_URL = 'https://unused/machine/ssh/action/$SRC_NODE_ID/to/$DST_NODE_ID?local_user=$LOCAL_USER'
