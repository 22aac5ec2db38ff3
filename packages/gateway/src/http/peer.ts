import type { ApiTokenId, Role, UserId, WebSessionId } from '@sallyport/model'
import type { FactorAt } from '@sallyport/store'

interface Known {
  readonly role: Role
  /** As the audit log names them. */
  readonly actor: string
}

interface SignedIn extends Known {
  readonly userId: UserId
  /** Canonical text of the peer's IP address. */
  readonly source: string
}

/** Who stands behind a request. */
export type Peer =
  /** On this machine, through the control socket: root or the state's owner. */
  | (Known & { readonly by: 'socket' })
  /** A browser with its cookie, or the command after `sallyport login`. */
  | (SignedIn & { readonly by: 'session'; readonly webSession: WebSessionId; readonly factors: readonly FactorAt[] })
  /** A script with an API token. */
  | (SignedIn & { readonly by: 'token'; readonly token: ApiTokenId; readonly scopes: readonly string[] })
  | { readonly by: 'nobody'; readonly actor: string; readonly source: string }
