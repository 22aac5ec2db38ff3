/**
 * What Tailscale's hosted control plane answered to policies over invented people and machines: the oracle of this folder's
 * suites. The file lies beside the checkout, not in it; without it the suites are skipped by name.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { KNOWN_EXCEPTIONS } from './known-exceptions.ts'

const CHECKOUT = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..')

/** Where the captures are looked for. */
export const CAPTURES_FILE = resolve(CHECKOUT, '../shared/data/tailnet-policy/captures.ndjson.gz')

export type CaptureKind = 'acl' | 'grant' | 'routes' | 'issue_3212' | 'ssh' | 'nodeattrs' | 'policytest' | 'sshtest'

export interface Capture {
  /** `acl-a01`, unique. */
  readonly id: string
  readonly kind: CaptureKind
  /** The policy as JSON; `policyText` makes the text of it. */
  readonly policy: unknown
  /** 200: taken; 400 (and 500 once): refused. */
  readonly status: number
  /** What the refusal said. */
  readonly error: string | null
  readonly tailnet: { readonly dns: unknown; readonly settings: Readonly<Record<string, unknown>> }
  readonly topology: CapturedTopology
  /** By name of the node; empty where the policy was refused. */
  readonly captures: Readonly<Record<string, CapturedNode>>
}

export interface CapturedTopology {
  readonly users: readonly { readonly id: number; readonly name: string; readonly email: string }[]
  /** By name. */
  readonly nodes: Readonly<Record<string, TopologyNode>>
}

export interface TopologyNode {
  readonly hostname: string
  readonly ipv4: string
  readonly ipv6: string
  readonly tags: readonly string[] | null
  /** Name of a user; absent for tagged nodes. */
  readonly user?: string
  readonly routable_ips: readonly string[] | null
  readonly approved_routes: readonly string[] | null
}

/** One node's netmap. */
export interface CapturedNode {
  readonly addresses: readonly string[]
  readonly allowedIPs: readonly string[]
  readonly primaryRoutes?: readonly string[]
  readonly packetFilterRules?: readonly CapturedFilterRule[]
  readonly sshRules?: readonly Readonly<Record<string, unknown>>[]
  readonly selfCapMap?: Readonly<Record<string, readonly unknown[] | null>>
  readonly peers: readonly CapturedPeer[]
  readonly dns?: unknown
}

export interface CapturedFilterRule {
  readonly SrcIPs: readonly string[]
  readonly DstPorts?: readonly {
    readonly IP: string
    readonly Ports: { readonly First: number; readonly Last: number }
  }[]
  readonly IPProto?: readonly number[]
  readonly CapGrant?: readonly {
    readonly Dsts: readonly string[]
    readonly CapMap: Readonly<Record<string, readonly unknown[] | null>>
  }[]
}

export interface CapturedPeer {
  /** `bulbasaur.tail78f774.ts.net.` */
  readonly Name: string
  readonly AllowedIPs: readonly string[]
  readonly PrimaryRoutes?: readonly string[]
  readonly CapMap?: Readonly<Record<string, readonly unknown[] | null>>
  readonly Tags?: readonly string[]
  readonly Online: boolean
}

let loaded: readonly Capture[] | undefined

/** Every capture, or undefined where the file is absent. */
export function captures(): readonly Capture[] | undefined {
  if (loaded === undefined && existsSync(CAPTURES_FILE)) loaded = readCaptures()
  return loaded
}

/** The policy of a capture as text for `parsePolicy`. */
export function policyText(capture: Capture): string {
  return typeof capture.policy === 'string' ? capture.policy : JSON.stringify(capture.policy, undefined, 2)
}

/**
 * One test per capture that `select` takes; `check` throws where ours differs. Known exceptions must differ: one that no
 * longer does fails, so that the list stays true. `area` names the test and is what an exception is for.
 */
export function testCaptures(
  area: string,
  select: (capture: Capture) => boolean,
  check: (capture: Capture) => void,
): void {
  const all = captures()
  if (all === undefined) {
    const why = `captures are not beside the checkout: ${CAPTURES_FILE}`
    console.error(`SKIPPED conformance/${area}: ${why}`)
    void test(`conformance: ${area}`, { skip: why }, () => {})
    return
  }
  void test(`conformance: ${area}`, async (t) => {
    for (const capture of all.filter(select)) {
      const exception = KNOWN_EXCEPTIONS.find((known) => known.id === capture.id && known.area === area)
      await t.test(capture.id, () => {
        if (exception === undefined) check(capture)
        else assertDiffers(exception.reason, () => check(capture))
      })
    }
  })
}

function assertDiffers(reason: string, check: () => void): void {
  try {
    check()
  } catch {
    return
  }
  throw new Error(`listed as a known exception (${reason}), yet it agrees: take it off the list`)
}

function readCaptures(): readonly Capture[] {
  const text = gunzipSync(readFileSync(CAPTURES_FILE)).toString('utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const capture = JSON.parse(line) as Capture
    return { ...capture, captures: capture.captures ?? {} }
  })
}
