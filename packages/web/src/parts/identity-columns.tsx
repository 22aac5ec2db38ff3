import type { Identity } from '@sallyport/api'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import type { DataColumn } from '../ui/data-table.tsx'
import { Moment } from '../ui/moment.tsx'
import { Mono } from '../ui/mono.tsx'
import { RowName } from '../ui/row-name.tsx'
import { Tags } from '../ui/tags.tsx'
import { lastUsedColumn } from './moment-columns.tsx'

/** Who somebody is at identity providers, in a table. `titleOf`: what people call the provider. */
export function identityColumns(titleOf: (identity: Identity) => string): readonly DataColumn<Identity>[] {
  return [
    {
      id: 'provider',
      title: 'Provider',
      names: true,
      cell: (identity) => (
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <RowName person off={identity.provider === null}>
            <span className="wrap-anywhere">{titleOf(identity)}</span>
          </RowName>
          {identity.provider === null && (
            <Badge mark="lock" tone="caution">
              no longer set up
            </Badge>
          )}
        </span>
      ),
    },
    {
      id: 'subject',
      title: 'Known there as',
      width: '24%',
      narrowTitle: 'known as',
      cell: ({ subject }) => <Mono className="text-ink-2 wrap-anywhere">{subject}</Mono>,
    },
    { id: 'groups', title: 'Groups', width: '20%', cell: ({ groups }) => <Tags tags={groups} /> },
    {
      id: 'linked',
      title: 'Linked',
      width: '12%',
      narrowTitle: 'linked',
      cell: ({ linked_at }) => <Moment at={linked_at} />,
    },
    lastUsedColumn('12%'),
  ]
}

/** The button that takes one off. */
export function unlinkColumn(
  titleOf: (identity: Identity) => string,
  onUnlink: (identity: Identity) => void,
): DataColumn<Identity> {
  return {
    id: 'acts',
    title: 'Actions',
    titleHidden: true,
    numeric: true,
    width: '6.5rem',
    narrow: 'side',
    cell: (identity) => (
      <Button
        kind="quiet"
        size="sm"
        label={`Unlink ${titleOf(identity)}, ${identity.subject}`}
        onPress={() => onUnlink(identity)}
      >
        Unlink…
      </Button>
    ),
  }
}

/** Tells identities apart. */
export function identityId({ issuer, subject }: Identity): string {
  return `${issuer} ${subject}`
}
