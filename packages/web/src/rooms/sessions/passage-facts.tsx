import type { Passage } from '@sallyport/api'
import { Facts } from '../../ui/facts.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Mono } from '../../ui/mono.tsx'
import { bytesText } from '../../words/amounts.ts'

/** One way through a session. */
export function PassageFacts({ passage }: { readonly passage: Passage }) {
  const { host, port, address, opened_at, bytes_in, bytes_out, inner_banner } = passage
  return (
    <section className="grid gap-2 border-t border-rule pt-3">
      <h3>
        Passage to <span className="mono">{`${host}:${port}`}</span>
      </h3>
      <Facts
        facts={[
          ['Address', <Mono key="address">{`${address}:${port}`}</Mono>],
          ['Since', <Moment key="since" at={opened_at} as="both" />],
          ['Traffic', `${bytesText(bytes_out)} to the client, ${bytesText(bytes_in)} from it`],
          ...(inner_banner === null ? [] : ([['Speaks', <Mono key="speaks">{inner_banner}</Mono>]] as const)),
        ]}
      />
    </section>
  )
}
