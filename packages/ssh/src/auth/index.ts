export {
  type AttemptFailure,
  AUTH_METHODS,
  type AuthClaim,
  type AuthFactor,
  type AuthMethod,
  type InteractiveClaim,
  type NoneClaim,
  type PasswordClaim,
} from './claim.ts'
export { ClientAuth, type ClientAuthEffect, type ClientAuthOptions } from './client-auth.ts'
export { type AuthDecision, MAX_GRACE_MS } from './decision.ts'
export type { PromptRound } from './methods/keyboard-interactive.ts'
export type { SignatureVerifier } from './methods/method.ts'
export { MAX_PASSWORD_BYTES } from './methods/password.ts'
export type { ProvedKey } from './methods/publickey.ts'
export { CONNECTION_SERVICE, ServerAuth } from './server-auth.ts'
export type { ServerAuthEffect } from './server-auth-effect.ts'
export {
  DEFAULT_FAILURE_STEP_MS,
  DEFAULT_MAX_TRIES,
  MAX_AUTH_MESSAGES,
  type ServerAuthOptions,
} from './server-auth-options.ts'
export { plainUserName, type UserNamePolicy } from './user-name.ts'
