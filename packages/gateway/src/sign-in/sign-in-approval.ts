import type { UserId, WebSessionId } from '@sallyport/model'

/** Somebody signed in with a browser said yes: to what the command's session is tied, and what it cannot exceed. */
export interface SignInApproval {
  readonly userId: UserId
  /** The browser's session: the command gets what that one has, and nothing once it is over. */
  readonly approver: WebSessionId
}
