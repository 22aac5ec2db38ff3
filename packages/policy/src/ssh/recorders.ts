import { formatIpAddress } from '../address/ip-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import type { SshRule } from '../language/policy.ts'
import { machineOfNode, selectsMachine } from './machine.ts'
import { CHECK_URL, type NodeSshAccept, type NodeSshAction, type NodeSshReject } from './node-ssh-rule.ts'
import { sshRuleIndex } from './ssh-rule-index.ts'

/** Where session recorders listen. */
const RECORDER_PORT = 80
const ACCEPT: NodeSshAccept = {
  accept: true,
  allowAgentForwarding: true,
  allowLocalPortForwarding: true,
  allowRemotePortForwarding: true,
}
const NOT_RECORDED = 'this session has to be recorded, and no recorder can be reached'

/** What a node is told to do where a rule matches: accept, or ask first. */
export function ruleAction(compiled: CompiledPolicy, rule: SshRule): NodeSshAction {
  if (rule.action === 'check') return { holdAndDelegate: CHECK_URL }
  const action = acceptAction(compiled, rule)
  // A rejection would hold for every login name: asked about this one, we refuse it.
  return 'reject' in action ? { holdAndDelegate: CHECK_URL } : action
}

/**
 * What a node is told once a rule lets somebody in, after the check where it wants one. A rule that enforces recording
 * while the mesh has no such recorder lets nobody in.
 */
export function acceptAction(compiled: CompiledPolicy, rule: SshRule): NodeSshAccept | NodeSshReject {
  if (rule.recorder.length === 0) return ACCEPT
  const recorders = recorderAddresses(compiled, rule)
  if (!rule.enforceRecorder) return recorders.length === 0 ? ACCEPT : { ...ACCEPT, recorders }
  if (recorders.length === 0) return { reject: true, message: NOT_RECORDED }
  const onRecordingFailure = { RejectSessionWithMessage: NOT_RECORDED, TerminateSessionWithMessage: NOT_RECORDED }
  return { ...ACCEPT, recorders, onRecordingFailure }
}

/** `address:port` of the mesh nodes that a rule's `recorder` means: as it names them, then by node. */
function recorderAddresses({ policy, directory }: CompiledPolicy, rule: SshRule): readonly string[] {
  const groups = sshRuleIndex(policy).memberships
  const machines = directory.nodes.toSorted((a, b) => a.id - b.id).map((node) => machineOfNode(node, directory))
  const named = rule.recorder.flatMap((selector) =>
    machines.filter((machine) => selectsMachine(selector, machine, groups)),
  )
  const addresses = [...new Set(named)].flatMap((machine) => machine.addresses)
  return addresses.map((address) => {
    const text = formatIpAddress(address)
    return address.family === 4 ? `${text}:${RECORDER_PORT}` : `[${text}]:${RECORDER_PORT}`
  })
}
