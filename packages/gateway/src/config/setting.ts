import { z } from 'zod'
import { type Network, parseNetwork } from '../defence/network.ts'
import { parseByteSize } from './byte-size.ts'
import { parseDuration } from './duration.ts'
import { parseSocketAddress, type SocketAddress } from './socket-address.ts'

/** When a change of the file takes effect. */
export type Takes = 'on reload' | 'on restart'

/** One key of sallyport.toml. */
export interface Setting<Value = unknown> {
  /** From the text in the file to the value the daemon uses. */
  readonly schema: z.ZodType<Value>
  /** As it would be written in the file. */
  readonly default: unknown
  /** What it does, in a sentence or two. */
  readonly doc: string
  /** Unit or form of the value, for people. */
  readonly unit: string
  readonly takes: Takes
}

export function setting<Value>(
  schema: z.ZodType<Value>,
  facts: { default: unknown; doc: string; unit: string; takes?: Takes },
): Setting<Value> {
  return { takes: 'on reload', ...facts, schema }
}

/** `timeout = 0` and `timeout = 3` are read as the texts they look like: the first means something, the second is told how. */
const textOrNumber = z.preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string())

export const duration: z.ZodType<number> = textOrNumber.transform((text, context) => {
  const ms = parseDuration(text)
  if (ms !== undefined) return ms
  context.addIssue(`“${text}” is no duration: write 30s, 5m, 1h30m or 0`)
  return z.NEVER
})

export const byteSize: z.ZodType<number> = textOrNumber.transform((text, context) => {
  const bytes = parseByteSize(text)
  if (bytes !== undefined) return bytes
  context.addIssue(`“${text}” is no size: write 512KiB, 16MiB or 1GiB`)
  return z.NEVER
})

export const socketAddress: z.ZodType<SocketAddress> = z.string().transform((text, context) => {
  const address = parseSocketAddress(text)
  if (address !== undefined) return address
  context.addIssue(`“${text}” is no address with a port: write 0.0.0.0:2222 or [::]:2222`)
  return z.NEVER
})

export const network: z.ZodType<Network> = z.string().transform((text, context) => {
  const block = parseNetwork(text)
  if (block !== undefined) return block
  context.addIssue(`“${text}” is neither an address nor a network: write 192.0.2.7 or 192.0.2.0/24`)
  return z.NEVER
})
