import type { Target } from '@sallyport/api'
import { Facts } from '../../ui/facts.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Mono } from '../../ui/mono.tsx'
import { Tags } from '../../ui/tags.tsx'

export function TargetFacts({ target: { address, port, tags, host_keys, created_at } }: { readonly target: Target }) {
  return (
    <Facts
      facts={[
        [
          'Address',
          <Mono key="address">
            {address}:{port}
          </Mono>,
        ],
        ['Tags', tags.length === 0 ? 'none: rules reach it by address alone' : <Tags key="tags" tags={tags} />],
        [
          'Host keys',
          host_keys.length === 0
            ? 'not known'
            : host_keys.map((key) => (
                <Mono key={key} className="block">
                  {key}
                </Mono>
              )),
        ],
        ['Added', <Moment key="added" at={created_at} as="both" />],
      ]}
    />
  )
}
