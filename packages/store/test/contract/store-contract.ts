import { suite } from 'node:test'
import { apiTokensContract } from './api-tokens-contract.ts'
import { auditLogContract } from './audit-log-contract.ts'
import { authoritiesContract } from './authorities-contract.ts'
import { bansContract } from './bans-contract.ts'
import { certificatesContract } from './certificates-contract.ts'
import { changesContract } from './changes-contract.ts'
import { externalIdentitiesContract } from './external-identities-contract.ts'
import { type ContractEngine, givenStore } from './given-store.ts'
import { invitationsContract } from './invitations-contract.ts'
import { loginChecksContract } from './login-checks-contract.ts'
import { openingAgainContract } from './opening-again-contract.ts'
import { passkeysContract } from './passkeys-contract.ts'
import { pendingAccountsContract } from './pending-accounts-contract.ts'
import { policyVersionsContract } from './policy-versions-contract.ts'
import { revokedKeysContract } from './revoked-keys-contract.ts'
import { secondFactorsContract } from './second-factors-contract.ts'
import { settingsContract } from './settings-contract.ts'
import { targetsContract } from './targets-contract.ts'
import { transactionsContract } from './transactions-contract.ts'
import { userKeysContract } from './user-keys-contract.ts'
import { usersContract } from './users-contract.ts'
import { webSessionsContract } from './web-sessions-contract.ts'

const NOUNS = [
  usersContract,
  userKeysContract,
  targetsContract,
  policyVersionsContract,
  bansContract,
  settingsContract,
  auditLogContract,
  transactionsContract,
  changesContract,
  openingAgainContract,
  authoritiesContract,
  certificatesContract,
  revokedKeysContract,
  externalIdentitiesContract,
  pendingAccountsContract,
  passkeysContract,
  secondFactorsContract,
  loginChecksContract,
  webSessionsContract,
  apiTokensContract,
  invitationsContract,
]

/** What every engine has to do; run it by a test file that names the engine. */
export function storeContract(engine: ContractEngine): void {
  void suite(engine.name, () => {
    const given = givenStore(engine)
    for (const contract of NOUNS) contract(given)
  })
}
