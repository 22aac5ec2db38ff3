import type { PolicyVersion as ApiPolicyVersion } from '@sallyport/api'
import type { PolicyVersion } from '@sallyport/store'
import { timeText } from './services.ts'

/** A version as the API tells of it, without its text. */
export function shownVersion({
  version,
  appliedAt,
  author,
  message,
  sha256,
}: Omit<PolicyVersion, 'text'>): ApiPolicyVersion {
  return { version, applied_at: timeText(appliedAt), applied_by: author, message, sha256 }
}
