import { ROLES, type Role } from '@sallyport/model'
import { z } from 'zod'
import { accountRoutes } from './account-routes.ts'
import { approvalRoutes } from './approval-routes.ts'
import { consoleRoutes } from './console-routes.ts'
import { deviceRoutes } from './device-routes.ts'
import { hostKeyRoutes } from './host-key-routes.ts'
import { identityRoutes } from './identity-routes.ts'
import { publicRoutes } from './public-routes.ts'
import { type Route, route, streamRoute } from './route.ts'
import {
  auditCountInput,
  auditCounts,
  auditEvent,
  auditExportLine,
  auditPage,
  auditSearchInput,
  auditTailInput,
  auditVerification,
} from './schemas/audit.ts'
import { ban, banInput } from './schemas/ban.ts'
import { config, doctor, liveEvent, reloaded, sshConfig, status } from './schemas/daemon.ts'
import {
  explainInput,
  explanation,
  policyApplied,
  policyApplyInput,
  policyDocument,
  policyEditInput,
  policyReport,
  policyRollbackInput,
  policyText,
  policyVersion,
} from './schemas/policy.ts'
import {
  policyDiff,
  policyDiffInput,
  simulateInput,
  simulationStep,
  whoCan,
  whoCanInput,
} from './schemas/policy-effects.ts'
import { count, displayName, keyComment, limit, nothing, role, selector } from './schemas/primitives.ts'
import { killed, killInput, session } from './schemas/session.ts'
import { target, targetChange, targetImport, targetImportInput, targetInput } from './schemas/target.ts'
import { key, keyLine, user, userDetail } from './schemas/user.ts'

const ADMINS = ['owner', 'admin'] as const satisfies readonly Role[]
const READERS = ['owner', 'admin', 'auditor'] as const satisfies readonly Role[]
const EVERYBODY = ROLES as unknown as readonly [Role, ...Role[]]

/** Most keys a user may be made with at once. */
const NEW_USER_KEYS_MAX = 32

/** Everything that can be asked of the daemon. A handler without a row here, or a row without a handler, does not compile. */
export const routes = {
  'user.list': route({
    method: 'GET',
    path: '/v1/users',
    callers: READERS,
    summary: 'Lists the users.',
    input: nothing,
    output: z.object({ users: z.array(user) }),
  }),
  'user.add': route({
    method: 'POST',
    path: '/v1/users',
    callers: ADMINS,
    summary: 'Adds a user, with the public keys that prove them.',
    input: z.strictObject({
      name: selector,
      display_name: displayName.optional(),
      role: role.default('member'),
      keys: z.array(keyLine).max(NEW_USER_KEYS_MAX).default([]),
    }),
    output: userDetail,
  }),
  'user.show': route({
    method: 'GET',
    path: '/v1/users/:user',
    callers: READERS,
    summary: 'Shows one user and their keys.',
    input: z.strictObject({ user: selector }),
    output: userDetail,
  }),
  'user.update': route({
    method: 'PATCH',
    path: '/v1/users/:user',
    callers: ADMINS,
    summary: 'Changes a user; disabling one ends their sessions.',
    input: z.strictObject({
      user: selector,
      display_name: displayName.optional(),
      role: role.optional(),
      disabled: z.boolean().optional(),
    }),
    output: userDetail,
  }),
  'user.remove': route({
    method: 'DELETE',
    path: '/v1/users/:user',
    callers: ADMINS,
    summary: 'Removes a user with their keys and ends their sessions.',
    input: z.strictObject({ user: selector }),
    output: user,
  }),
  'key.list': route({
    method: 'GET',
    path: '/v1/keys',
    callers: READERS,
    summary: 'Lists public keys, of all users or of one.',
    input: z.strictObject({ user: selector.optional() }),
    output: z.object({ keys: z.array(key) }),
  }),
  'key.add': route({
    method: 'POST',
    path: '/v1/users/:user/keys',
    callers: ADMINS,
    summary: 'Adds a public key to a user.',
    input: z.strictObject({ user: selector, public_key: keyLine, comment: keyComment.optional() }),
    output: key,
  }),
  'key.remove': route({
    method: 'DELETE',
    path: '/v1/keys/:key',
    callers: ADMINS,
    summary: 'Removes a key, by id or fingerprint, and ends the sessions it opened.',
    input: z.strictObject({ key: selector }),
    output: key,
  }),
  'target.list': route({
    method: 'GET',
    path: '/v1/targets',
    callers: READERS,
    summary: 'Lists the inventory.',
    input: nothing,
    output: z.object({ targets: z.array(target) }),
  }),
  'target.add': route({
    method: 'POST',
    path: '/v1/targets',
    callers: ADMINS,
    summary: 'Adds a target to the inventory.',
    input: targetInput,
    output: target,
  }),
  'target.show': route({
    method: 'GET',
    path: '/v1/targets/:target',
    callers: READERS,
    summary: 'Shows one target, by name or id.',
    input: z.strictObject({ target: selector }),
    output: target,
  }),
  'target.update': route({
    method: 'PATCH',
    path: '/v1/targets/:target',
    callers: ADMINS,
    summary: 'Changes a target; ends what the change no longer allows.',
    input: targetChange.extend({ target: selector }),
    output: target,
  }),
  'target.remove': route({
    method: 'DELETE',
    path: '/v1/targets/:target',
    callers: ADMINS,
    summary: 'Removes a target from the inventory.',
    input: z.strictObject({ target: selector }),
    output: target,
  }),
  'target.import': route({
    method: 'POST',
    path: '/v1/targets/import',
    callers: ADMINS,
    summary: 'Adds many targets at once.',
    input: targetImportInput,
    output: targetImport,
  }),
  'policy.show': route({
    method: 'GET',
    path: '/v1/policy',
    callers: READERS,
    summary: 'Shows the policy in force, or an earlier version of it.',
    input: z.strictObject({ version: count.optional() }),
    output: policyDocument,
  }),
  'policy.history': route({
    method: 'GET',
    path: '/v1/policy/history',
    callers: READERS,
    summary: 'Lists the versions of the policy, newest first.',
    input: z.strictObject({ limit }),
    output: z.object({ versions: z.array(policyVersion) }),
  }),
  'policy.check': route({
    method: 'POST',
    path: '/v1/policy/check',
    callers: READERS,
    reads: true,
    summary: 'Checks a policy text and runs its tests, without applying it; without a text, the policy in force.',
    input: z.strictObject({ text: policyText.optional() }),
    output: policyReport,
  }),
  'policy.explain': route({
    method: 'POST',
    path: '/v1/policy/explain',
    callers: READERS,
    reads: true,
    summary: 'Says what the policy decides for a user and a destination, and which line decided.',
    input: explainInput,
    output: explanation,
  }),
  'policy.apply': route({
    method: 'POST',
    path: '/v1/policy',
    callers: ADMINS,
    summary:
      'Puts a policy into force; one with errors or failing tests, or that locks its author out, is refused and the old one stays.',
    input: policyApplyInput,
    output: policyApplied,
  }),
  'policy.edit': route({
    method: 'PATCH',
    path: '/v1/policy',
    callers: ADMINS,
    summary:
      'Changes parts of the policy in force and leaves its comments and layout alone, with the guards of an apply.',
    input: policyEditInput,
    output: policyApplied,
  }),
  'policy.rollback': route({
    method: 'POST',
    path: '/v1/policy/rollback',
    callers: ADMINS,
    summary: 'Puts the text of an earlier version into force as a new version, with the same guards.',
    input: policyRollbackInput,
    output: policyApplied,
  }),
  'policy.diff': route({
    method: 'POST',
    path: '/v1/policy/diff',
    callers: READERS,
    reads: true,
    summary: 'Compares two policies by what they do: who gains and who loses which ports where.',
    input: policyDiffInput,
    output: policyDiff,
  }),
  'policy.who-can': route({
    method: 'POST',
    path: '/v1/policy/who-can',
    callers: READERS,
    reads: true,
    summary: 'Says who may open a port at a destination, and by which rule.',
    input: whoCanInput,
    output: whoCan,
  }),
  'policy.simulate': streamRoute({
    method: 'POST',
    path: '/v1/policy/simulate',
    callers: READERS,
    reads: true,
    summary: 'Asks a policy again what was decided of late, and says what it would decide otherwise.',
    input: simulateInput,
    output: simulationStep,
  }),
  'session.list': route({
    method: 'GET',
    path: '/v1/sessions',
    callers: READERS,
    summary: 'Lists live sessions and their passages.',
    input: z.strictObject({ user: selector.optional() }),
    output: z.object({ sessions: z.array(session) }),
  }),
  'session.kill': route({
    method: 'POST',
    path: '/v1/sessions/:session/kill',
    callers: ADMINS,
    summary: 'Ends one session.',
    input: killInput,
    output: killed,
  }),
  'session.kill-user': route({
    method: 'POST',
    path: '/v1/users/:user/kill-sessions',
    callers: ADMINS,
    summary: 'Ends all sessions of a user.',
    input: z.strictObject({ user: selector, reason: killInput.shape.reason }),
    output: killed,
  }),
  'ban.list': route({
    method: 'GET',
    path: '/v1/bans',
    callers: READERS,
    summary: 'Lists bans, and penalties that are in force.',
    input: nothing,
    output: z.object({ bans: z.array(ban) }),
  }),
  'ban.add': route({
    method: 'POST',
    path: '/v1/bans',
    callers: ADMINS,
    summary: 'Bans a source and ends its sessions.',
    input: banInput,
    output: ban,
  }),
  'ban.remove': route({
    method: 'DELETE',
    path: '/v1/bans/:ban',
    callers: ADMINS,
    summary: 'Lifts a ban or a penalty, by id or source.',
    input: z.strictObject({ ban: selector }),
    output: ban,
  }),
  'audit.search': route({
    method: 'GET',
    path: '/v1/audit',
    callers: READERS,
    summary: 'Finds events, newest first.',
    input: auditSearchInput,
    output: auditPage,
  }),
  'audit.count': route({
    method: 'GET',
    path: '/v1/audit/count',
    callers: READERS,
    summary: 'Counts the events that fit: over time, and by outcome, type, actor and target.',
    input: auditCountInput,
    output: auditCounts,
  }),
  'audit.tail': streamRoute({
    method: 'GET',
    path: '/v1/audit/tail',
    callers: READERS,
    summary: 'The last events, oldest first, and then new ones as they happen.',
    input: auditTailInput,
    output: auditEvent,
  }),
  'audit.verify': route({
    method: 'GET',
    path: '/v1/audit/verify',
    callers: READERS,
    summary: 'Walks the whole chain and its checkpoints.',
    input: nothing,
    output: auditVerification,
  }),
  'audit.export': streamRoute({
    method: 'GET',
    path: '/v1/audit/export',
    callers: READERS,
    summary: 'The log as the offline verifier reads it.',
    input: z.strictObject({ from: count.optional() }),
    output: auditExportLine,
  }),
  'daemon.status': route({
    method: 'GET',
    path: '/v1/status',
    callers: READERS,
    summary: 'What the daemon is and does right now.',
    input: nothing,
    output: status,
  }),
  'daemon.doctor': route({
    method: 'GET',
    path: '/v1/doctor',
    callers: READERS,
    summary: 'Checks what only the daemon can see, each with its fix.',
    input: nothing,
    output: doctor,
  }),
  'daemon.config': route({
    method: 'GET',
    path: '/v1/config',
    callers: READERS,
    summary: 'The settings in force and where each came from.',
    input: nothing,
    output: config,
  }),
  'daemon.ssh-config': route({
    method: 'GET',
    path: '/v1/ssh-config',
    callers: EVERYBODY,
    summary: 'What ssh_config and known_hosts of the caller need.',
    input: nothing,
    output: sshConfig,
  }),
  'daemon.reload': route({
    method: 'POST',
    path: '/v1/reload',
    callers: ADMINS,
    summary: 'Reads the configuration again; one with errors is refused and the old one stays.',
    input: nothing,
    output: reloaded,
  }),
  'daemon.events': streamRoute({
    method: 'GET',
    path: '/v1/events',
    callers: READERS,
    summary: 'Sessions, passages, denials and administration as they happen.',
    input: nothing,
    output: liveEvent,
  }),
  ...identityRoutes,
  ...accountRoutes,
  ...hostKeyRoutes,
  ...publicRoutes,
  ...approvalRoutes,
  ...deviceRoutes,
  ...consoleRoutes,
} as const satisfies Record<string, Route>

export type Routes = typeof routes
export type RouteName = keyof Routes
/** What a caller passes: defaults may be left out. */
export type RouteInput<Name extends RouteName> = z.input<Routes[Name]['input']>
/** What a handler gets: checked, defaults filled in. */
export type CheckedInput<Name extends RouteName> = z.output<Routes[Name]['input']>
export type RouteOutput<Name extends RouteName> = z.output<Routes[Name]['output']>
export type StreamRouteName = { [Name in RouteName]: Routes[Name]['stream'] extends true ? Name : never }[RouteName]
export type CallRouteName = Exclude<RouteName, StreamRouteName>
