import { initial } from './0001-initial.ts'
import { identity } from './0002-identity.ts'
import { keyUse } from './0003-key-use.ts'
import { checkScopes } from './0004-check-scopes.ts'
import { pendingAccounts } from './0005-pending-accounts.ts'
import { authoritySteps } from './0006-authority-steps.ts'
import type { Migration } from './migration.ts'

/** Every migration by name, in the order of their names. A released one is never changed: the next one corrects it. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-initial': initial,
  '0002-identity': identity,
  '0003-key-use': keyUse,
  '0004-check-scopes': checkScopes,
  '0005-pending-accounts': pendingAccounts,
  '0006-authority-steps': authoritySteps,
}
