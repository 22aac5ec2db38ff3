import type { Identity } from '@sallyport/api'
import type { ExternalIdentity } from '@sallyport/store'
import { type Services, timeText } from './services.ts'

export function shownIdentity({ oidcProviders }: Services, identity: ExternalIdentity): Identity {
  const { issuer, subject, groups, linkedAt, lastUsedAt } = identity
  return {
    provider: oidcProviders.nameOf(issuer) ?? null,
    issuer,
    subject,
    groups: [...groups],
    linked_at: timeText(linkedAt),
    last_used_at: timeText(lastUsedAt),
  }
}
