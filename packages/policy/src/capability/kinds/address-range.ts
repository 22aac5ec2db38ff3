import { formatIpRange, type IpRange, parseIpRange } from '../../address/ip-range.ts'
import { quote } from '../../text/quote.ts'
import type { EntryKind } from './all-of.ts'

/** `192.0.2.7`, `192.0.2.0/24`, `192.0.2.1-192.0.2.9`. */
export const addressRange: EntryKind<IpRange> = {
  values: 'addresses and prefixes, `"192.0.2.0/24"`',
  read(node, what, reader) {
    const text = reader.string(node, what)
    if (text === undefined) return undefined
    const result = parseIpRange(text.value)
    if (result.ok && result.masked === undefined) return result.range
    const hint = result.ok ? `write ${result.masked}` : result.message
    reader.report('bad-address', text.offset, `${what}: ${quote(text.value)}: ${hint}`, () =>
      result.ok ? result.masked : undefined,
    )
    return undefined
  },
  text: formatIpRange,
}
