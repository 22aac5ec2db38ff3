import type { UserDetail } from '@sallyport/api'
import { useCall } from '../../api/use-call.ts'
import { DataRegion } from '../../ui/data-region.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Section } from '../section.tsx'

/** Most that are told; more would be a script's. */
const TOLD_MAX = 50

/** Certificates that are good now. */
export function UserCertificates({ user }: { readonly user: UserDetail }) {
  const certificates = useCall('certificate.list', { user: user.id, limit: TOLD_MAX })
  return (
    <Section title="Certificates" note="Short-lived, for keys of their own; those that are good now.">
      <div className="-mx-gutter">
        <DataRegion
          query={certificates}
          reading="Reading certificates"
          failedTitle="Certificates could not be read"
          isEmpty={(data) => data.certificates.length === 0}
          empty={<EmptyState title="None is good now">They get one when they sign in with the command.</EmptyState>}
        >
          {(data) => (
            <ul className="grid px-gutter">
              {data.certificates.map(({ serial, fingerprint, valid_before }) => (
                <li key={serial} className="flex flex-wrap gap-x-4 border-b border-rule py-2">
                  <span className="mono">no. {serial}</span>
                  <span className="mono min-w-0 flex-1 text-ink-2 wrap-anywhere">{fingerprint}</span>
                  <span className="text-ink-3">
                    until <Moment at={valid_before} />
                  </span>
                </li>
              ))}
            </ul>
          )}
        </DataRegion>
      </div>
    </Section>
  )
}
