import type { JsonValue } from '../language/policy.ts'

/** What a mesh node lets in, as its client is told: one of `DstPorts` and `CapGrant` (field names of the map protocol). */
export interface FilterRule {
  /** Addresses, prefixes, `first-last` and `*`, sorted as text. */
  readonly SrcIPs: readonly string[]
  readonly DstPorts?: readonly FilterPorts[]
  /** Protocol numbers; absent: TCP, UDP and both ICMPs. */
  readonly IPProto?: readonly number[]
  readonly CapGrant?: readonly CapabilityGrant[]
}

export interface FilterPorts {
  /** An address, prefix, `first-last` or `*`. */
  readonly IP: string
  /** Both within; 0 to 65535 is every port. */
  readonly Ports: { readonly First: number; readonly Last: number }
}

/** Capabilities that the sources have at these destinations. */
export interface CapabilityGrant {
  /** Prefixes. */
  readonly Dsts: readonly string[]
  readonly CapMap: CapabilityMap
}

/** Arguments by capability; null where it has none. */
export type CapabilityMap = Readonly<Record<string, readonly JsonValue[] | null>>
