import assert from 'node:assert/strict'
import { compilePolicy } from '../../src/decide/compile.ts'
import { parsePolicy } from '../../src/language/parse-policy.ts'
import { selfCapabilities } from '../../src/mesh/node-attributes.ts'
import { policyOf } from '../../src/testing/compile-text.ts'
import { type Capture, policyText, testCaptures } from './captures.ts'
import { directoryOf, nodeNamed } from './topology.ts'

type CapMap = Readonly<Record<string, unknown>>

/** What says more of the account than of the policy. */
const OF_THE_ACCOUNT: readonly string[] = [
  'https://tailscale.com/cap/is-owner',
  'https://tailscale.com/cap/is-admin',
  'https://tailscale.com/cap/tailnet-lock',
  'store-appc-routes',
  'tailnet-display-name',
  'probe-udp-lifetime',
  'ssh-behavior-v1',
  'ssh-env-vars',
]

testCaptures(
  'node attributes',
  ({ status }) => status === 200,
  (capture) => {
    const directory = directoryOf(capture)
    const compiled = compilePolicy(policyOf(policyText(capture)), directory)
    const autoUpdate = capture.tailnet.settings['devices_auto_updates_on'] === true
    for (const [name, told] of Object.entries(capture.captures)) {
      const ours = selfCapabilities(compiled, nodeNamed(directory.nodes ?? [], name), { autoUpdate, https: false })
      const captured = told.selfCapMap ?? {}
      assert.deepEqual(ofThePolicy(capture, ours), ofThePolicy(capture, captured), name)
    }
  },
)

testCaptures(
  'node attributes refused',
  ({ kind, status }) => kind === 'nodeattrs' && status !== 200,
  (capture) => assert.equal(parsePolicy(policyText(capture)).ok, false),
)

/** Captures older than the setting for updates say nothing of it. */
function ofThePolicy(capture: Capture, map: CapMap): CapMap {
  const saysUpdates = Object.values(capture.captures).some((node) => 'default-auto-update' in (node.selfCapMap ?? {}))
  const left = Object.entries(map).filter(
    ([name]) => !OF_THE_ACCOUNT.includes(name) && (saysUpdates || name !== 'default-auto-update'),
  )
  return Object.fromEntries(left)
}
