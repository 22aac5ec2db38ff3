import type { Certificate } from '@sallyport/api'
import { Section } from '../../frame/section.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Mono } from '../../ui/mono.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'

const COLUMNS: readonly DataColumn<Certificate>[] = [
  { id: 'serial', title: 'Certificate', names: true, cell: ({ serial }) => <RowName>{serial}</RowName> },
  {
    id: 'principals',
    title: 'You go in as',
    width: '22%',
    narrowTitle: 'as',
    cell: ({ principals }) => <Mono className="text-ink-2">{principals.join(', ')}</Mono>,
  },
  {
    id: 'key',
    title: 'Key',
    width: '34%',
    cell: ({ fingerprint }) => <Mono className="text-[0.6875rem] wrap-anywhere">{fingerprint}</Mono>,
  },
  {
    id: 'until',
    title: 'Valid until',
    width: '18%',
    narrowTitle: 'until',
    cell: ({ valid_before, revoked }) =>
      revoked === null ? <Moment at={valid_before} as="both" /> : <StateBadge state="denied">revoked</StateBadge>,
  },
]

/** Short-lived certificates that count now. */
export function CertificatesSection({ certificates }: { readonly certificates: readonly Certificate[] }) {
  return (
    <Section title="SSH certificates" count={certificates.length} lead="Valid now. They end by themselves.">
      {certificates.length === 0 ? (
        <div className="px-gutter py-4">
          <EmptyState
            title="No certificate is valid now"
            acts={<CodeBlock text="sallyport login" copyLabel="Copy the command" />}
          >
            Signing in with the command puts one into your ssh agent.
          </EmptyState>
        </div>
      ) : (
        <DataTable
          label="SSH certificates"
          columns={COLUMNS}
          rows={certificates}
          rowId={({ serial }) => String(serial)}
          rowText={({ serial }) => String(serial)}
        />
      )}
    </Section>
  )
}
