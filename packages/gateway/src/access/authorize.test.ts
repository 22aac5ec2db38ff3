import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccessRequest, makeId, type Target } from '@sallyport/model'
import { SeededRandom } from '@sallyport/testkit'
import { testPrincipal } from '../testing/signed-in.ts'
import type { Ask } from './asked-factors.ts'
import {
  type AuthorizeParts,
  type CheckDue,
  createAuthorizer,
  type Decider,
  type Decision,
  isAccessGrant,
} from './authorize.ts'
import type { Denial } from './denial-codes.ts'
import { dialWith } from './happy-eyeballs.ts'
import { ownAddresses } from './own-addresses.ts'
import { type TargetDirectoryParts, targetDirectory } from './target-directory.ts'

const passage = makeId('passage', new Uint8Array(10))
const principal = testPrincipal()
const db1: Target = {
  id: makeId('target', new Uint8Array(10)),
  name: 'db1',
  address: '10.0.0.1',
  port: 2200,
  tags: ['tag:db'],
  hostKeys: [],
  createdAt: 0,
}
const { signal } = new AbortController()
const connection = { postQuantum: () => true }

/** A policy that allows the addresses given. */
function allowing(...addresses: string[]): Decider & { readonly asked: AccessRequest[] } {
  const asked: AccessRequest[] = []
  return {
    asked,
    version: 1,
    decide(request) {
      asked.push(request)
      if (addresses.includes(request.address)) return { allowed: true, rule: 'acls[0], line 3' }
      return { allowed: false, denied: 'policy.denied', reason: 'no-matching-rule' }
    },
    reachesAnything: () => addresses.length > 0,
  }
}

interface World {
  readonly names?: Record<string, string[] | Error>
  readonly decider?: Decider
  readonly parts?: Partial<AuthorizeParts>
  readonly directory?: Partial<TargetDirectoryParts>
}

function world({ names = {}, decider = allowing(), parts = {}, directory = {} }: World) {
  const log: string[] = []
  const resolve = targetDirectory({
    targetByName: (name) => (name === 'db1' ? db1 : undefined),
    targetByAddress: (address) => (address === db1.address ? db1 : undefined),
    policyHost: (name) => (name === 'alias' ? '10.9.9.9' : undefined),
    lookup: async (name) => {
      const answer = names[name] ?? []
      if (answer instanceof Error) throw answer
      return answer
    },
    lookupTimeoutMs: () => 50,
    ...directory,
  })
  const authorizer = createAuthorizer({
    resolve,
    isOwn: ownAddresses(
      () => [{ address: '0.0.0.0', port: 2222 }],
      () => ({
        eth0: [{ address: '10.1.1.1', family: 'IPv4', netmask: '', mac: '', internal: false, cidr: null }],
      }),
    ),
    decider: () => decider,
    currentTarget: (target) => target,
    standing: () => undefined,
    recordGrant: async (record) => void log.push(`granted ${record.address}:${record.port}`),
    recordDenial: async (record, denied, reason) =>
      void log.push(`denied ${record.address ?? '-'} ${denied} ${reason}`),
    failed: (what) => void log.push(`failed: ${what}`),
    now: () => 0,
    ...parts,
  })
  const ask = (host: string, port = 22) =>
    authorizer.authorize({ passage, principal, destination: { host, port }, connection }, { signal })
  return { ask, log, authorizer }
}

function denied(answer: unknown): string {
  assert.ok(!isAccessGrant(answer), 'it was granted')
  return (answer as Denial).denied
}

test('a grant holds the addresses that were decided, and the log holds the decision', async () => {
  const decider = allowing('10.0.0.1')
  const { ask, log } = world({ decider })
  const grant = await ask('DB1.')
  assert.ok(isAccessGrant(grant))
  assert.deepEqual(grant.addresses, ['10.0.0.1'])
  assert.equal(grant.port, 2200, 'port 22 of a target is its main port')
  assert.equal(grant.target?.name, 'db1')
  assert.deepEqual(log, ['granted 10.0.0.1:2200'])
  assert.equal(decider.asked[0]?.target?.name, 'db1')
})

test('another port of a target is itself', async () => {
  const grant = await world({ decider: allowing('10.0.0.1') }).ask('db1', 5432)
  assert.ok(isAccessGrant(grant))
  assert.equal(grant.port, 5432)
})

test('an inventory name hides the policy host, which hides DNS', async () => {
  const decider = allowing('198.51.100.1')
  const { ask } = world({ decider, names: { db1: ['203.0.113.1'], alias: ['203.0.113.2'], other: ['203.0.113.3'] } })
  for (const host of ['db1', 'alias', 'other']) await ask(host)
  assert.deepEqual(
    decider.asked.map(({ address }) => address),
    ['10.0.0.1', '10.9.9.9', '203.0.113.3'],
  )
})

test('V-D09 every address of a name is decided and only the allowed ones are granted', async () => {
  const { ask, log } = world({
    names: { mixed: ['169.254.169.254', '10.0.0.9', '::1'] },
    decider: allowing('10.0.0.9'),
  })
  const grant = await ask('mixed')
  assert.ok(isAccessGrant(grant))
  assert.deepEqual(grant.addresses, ['10.0.0.9'])
  assert.deepEqual(log, ['granted 10.0.0.9:22'])
})

test('V-D09 a name whose second look-up differs is looked up once, and the decided address is dialled', async () => {
  let lookups = 0
  const { ask } = world({
    decider: allowing('10.0.0.9'),
    directory: { lookup: async () => (lookups++ === 0 ? ['10.0.0.9'] : ['127.0.0.1']) },
  })
  const grant = await ask('rebind.example')
  assert.ok(isAccessGrant(grant))
  const dialled: string[] = []
  await dialWith(
    grant,
    { timeoutMs: 1000, attemptDelayMs: 10, signal },
    async ({ host }) => void dialled.push(host),
    () => {},
  )
  assert.deepEqual(dialled, ['10.0.0.9'])
  assert.equal(lookups, 1)
})

test('V-D09 the gateway’s own ports are never reached, whatever the policy allows', async () => {
  const local = ['127.0.0.1', '127.9.9.9', '::1', '0.0.0.0', '::', '10.1.1.1', '::ffff:10.1.1.1', 'self.example']
  const decider = allowing('127.0.0.1', '127.9.9.9', '::1', '0.0.0.0', '::', '10.1.1.1')
  const { ask } = world({ decider, names: { 'self.example': ['10.1.1.1', '::1'] } })
  for (const host of local) assert.equal(denied(await ask(host, 2222)), 'gateway.self', host)
  assert.ok(isAccessGrant(await ask('127.0.0.1', 2223)))
})

test('V-D09 odd spellings of an address are refused before anything is decided', async () => {
  const decider = allowing('127.0.0.1')
  const { ask, log } = world({ decider })
  for (const host of ['2130706433', '0x7f.1', '0177.0.0.1', '127.1'])
    assert.equal(denied(await ask(host)), 'host.invalid')
  assert.equal(denied(await ask('db1', 0)), 'host.invalid')
  assert.equal(denied(await ask('db1', 70_000)), 'host.invalid')
  assert.equal(decider.asked.length, 0)
  assert.equal(log.length, 6, 'and each is in the log')
})

test('a name nobody has, and name servers that fail, are told apart for whoever may reach something', async () => {
  const { ask } = world({ names: { dead: new Error('SERVFAIL') }, decider: allowing('10.0.0.1') })
  assert.equal(denied(await ask('nobody')), 'host.unknown')
  assert.equal(denied(await ask('dead')), 'dns.failed')
})

test('whoever may reach nothing cannot tell names that exist from names that do not', async () => {
  const { ask } = world({ names: { dead: new Error('SERVFAIL') }, decider: allowing() })
  for (const host of ['nobody', 'dead', 'db1', '127.0.0.1', '2130706433'])
    assert.equal(denied(await ask(host)), 'policy.denied')
})

test('whoever may reach nothing makes the gateway look nothing up, and cannot tell names apart by time', async () => {
  const looked: string[] = []
  const { ask } = world({
    decider: allowing(),
    directory: {
      lookup: async (name) => {
        looked.push(name)
        return ['10.0.0.1']
      },
    },
  })
  for (const host of ['db1', 'secret.example']) assert.equal(denied(await ask(host)), 'policy.denied')
  assert.deepEqual(looked, [])
})

test('a target that leads elsewhere since its name was looked up is resolved anew', async () => {
  const before = { ...db1, address: 'db1.example' }
  const after = { ...db1, address: '10.0.0.2' }
  let now = before
  const { ask, log } = world({
    decider: allowing('10.0.0.1', '10.0.0.2'),
    parts: { currentTarget: (target) => (target === now ? target : undefined) },
    directory: {
      targetByName: () => now,
      lookup: async () => {
        now = after
        return ['10.0.0.1']
      },
    },
  })
  const grant = await ask('db1')
  assert.ok(isAccessGrant(grant))
  assert.deepEqual(grant.addresses, ['10.0.0.2'])
  assert.deepEqual(log, ['granted 10.0.0.2:2200'], 'and nothing was granted for the address of before')
})

test('a look-up that does not answer is given up in time', async () => {
  const { ask } = world({
    decider: allowing('10.0.0.1'),
    directory: {
      lookup: (_name, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    },
  })
  assert.equal(denied(await ask('slow')), 'dns.failed')
})

test('no grant without its event: when the log takes nothing the answer is no', async () => {
  const { ask } = world({
    decider: allowing('10.0.0.1'),
    parts: { recordGrant: () => Promise.reject(new Error('disk full')) },
  })
  assert.equal(denied(await ask('db1')), 'audit.unavailable')
})

test('a denial holds even when it cannot be written down', async () => {
  const { ask, log } = world({ parts: { recordDenial: () => Promise.reject(new Error('disk full')) } })
  assert.equal(denied(await ask('db1')), 'policy.denied')
  assert.deepEqual(log, ['failed: write a denial to the audit log'])
})

test('V-B21 a policy that changes while a decision is written down decides anew', async () => {
  const before = allowing('10.0.0.1')
  const after = { ...allowing(), version: 2 }
  let now: Decider = before
  const { ask } = world({ parts: { decider: () => now, recordGrant: async () => void (now = after) } })
  assert.equal(denied(await ask('db1')), 'policy.denied')
})

test('V-B21 a user disabled while a decision is written down gets nothing', async () => {
  let disabled = false
  const { ask } = world({
    decider: allowing('10.0.0.1'),
    parts: {
      standing: () => (disabled ? 'session.user-disabled' : undefined),
      recordGrant: async () => void (disabled = true),
    },
  })
  assert.equal(denied(await ask('db1')), 'session.user-disabled')
})

test('V-B21 a policy that never stops changing ends in a refusal, not in a loop', async () => {
  const { ask } = world({ parts: { decider: () => allowing('10.0.0.1') } })
  assert.equal(denied(await ask('db1')), 'policy.denied')
})

test('V-B21 ten thousand policy changes: what is granted is what the policy in force at that moment allows', async () => {
  const policies = [allowing('10.0.0.1'), allowing(), { ...allowing('10.0.0.1'), version: 2 }] as const
  let now: Decider = policies[0]
  let changes = 0
  const random = new SeededRandom(21)
  const { ask } = world({
    parts: {
      decider: () => now,
      recordGrant: async () => {
        for (let turn = random.below(3); turn > 0; turn--) await Promise.resolve()
        if (random.below(2) === 0) return
        changes++
        now = policies[random.below(policies.length)] ?? policies[1]
      },
    },
  })
  const outcomes = { granted: 0, denied: 0 }
  while (changes < 10_000) {
    changes++
    now = policies[random.below(policies.length)] ?? policies[1]
    const answer = await ask('db1')
    if (isAccessGrant(answer)) {
      outcomes.granted++
      assert.notEqual(now, policies[1])
      assert.equal(answer.policyVersion, now.version)
    } else outcomes.denied++
  }
  assert.ok(outcomes.granted > 1000 && outcomes.denied > 1000, JSON.stringify(outcomes))
})

test('a recheck asks the present policy about the address in use', async () => {
  let now: Decider = allowing('10.0.0.1')
  const { ask, authorizer } = world({ parts: { decider: () => now } })
  // One decider object per change: the same one throughout the decision.
  const grant = await ask('db1')
  assert.ok(isAccessGrant(grant))
  assert.equal(authorizer.recheck(grant, '10.0.0.1').lost, undefined)
  now = allowing()
  assert.equal(authorizer.recheck(grant, '10.0.0.1').lost, 'session.policy-changed')
})

test('terms that are not met are written down with their line, and told with what would help', async () => {
  const told: unknown[] = []
  const decider: Decider = {
    ...allowing('10.0.0.1'),
    decide: () => ({
      allowed: false,
      denied: 'policy.hours',
      reason: 'policy.hours',
      rule: 'grants[1], line 3',
      hint: 'mon UTC',
    }),
  }
  const { ask } = world({
    decider,
    parts: {
      recordDenial: async (record, code, reason) => void told.push([record.rule, code, reason, Object.keys(record)]),
    },
  })
  const answer = await ask('db1')
  assert.equal(denied(answer), 'policy.hours')
  assert.match((answer as Denial).text, /^SP2112 policy\.hours: .*: mon UTC$/)
  assert.deepEqual(told, [
    [
      'grants[1], line 3',
      'policy.hours',
      'policy.hours',
      ['passage', 'principal', 'destination', 'target', 'address', 'port', 'policyVersion', 'rule'],
    ],
  ])
})

test('of several addresses that are not open the one that comes nearest answers: a proof before terms before no rule', async () => {
  const ask: Ask = {
    wants: [['totp']],
    orCertificate: false,
    once: false,
    keepMs: 0,
    place: 'dual',
    rule: 'ssh[0], line 4',
  }
  const answers: Record<string, Decision> = {
    '2001:db8::1': { allowed: false, denied: 'policy.denied', reason: 'no-matching-rule' },
    '10.0.0.8': {
      allowed: false,
      denied: 'policy.hours',
      reason: 'policy.hours',
      rule: 'grants[1], line 3',
      hint: 'mon UTC',
    },
    '10.0.0.9': { allowed: false, denied: 'check.due', reason: 'check.due', rule: ask.rule, hint: undefined, ask },
  }
  const decider: Decider = {
    ...allowing('anything'),
    decide: ({ address }) => answers[address] ?? { allowed: false, denied: 'policy.denied', reason: 'unknown' },
  }
  const names = {
    dual: ['2001:db8::1', '10.0.0.9'],
    late: ['2001:db8::1', '10.0.0.8'],
    both: ['10.0.0.8', '10.0.0.9'],
    none: ['2001:db8::1'],
  }
  const { ask: request, log } = world({ decider, names })
  assert.deepEqual(((await request('dual')) as CheckDue).ask, ask)
  assert.deepEqual(((await request('both')) as CheckDue).ask, ask)
  assert.deepEqual(log, [], 'that a check is due is no decision yet')
  assert.equal(denied(await request('late')), 'policy.hours')
  assert.equal(denied(await request('none')), 'policy.denied')
  assert.deepEqual(log, [
    'denied 10.0.0.8 policy.hours policy.hours',
    'denied 2001:db8::1 policy.denied no-matching-rule',
  ])
})

test('limits are those of the address in use, and of the policy in force', async () => {
  const limited = (idleMs: number): Decider => ({
    ...allowing('10.0.0.1', '10.0.0.2'),
    decide: ({ address }) => ({
      allowed: true,
      rule: 'grants[0], line 1',
      limits: address === '10.0.0.1' ? { idleMs, postQuantum: false } : undefined,
    }),
  })
  let asked = 0
  const counted = (idleMs: number): Decider => {
    const inner = limited(idleMs)
    return { ...inner, decide: (...args) => (asked++, inner.decide(...args)) }
  }
  let decider = counted(1000)
  const { ask, authorizer } = world({ names: { two: ['10.0.0.1', '10.0.0.2'] }, parts: { decider: () => decider } })
  const grant = await ask('two')
  assert.ok(isAccessGrant(grant))
  asked = 0
  assert.deepEqual(authorizer.limits(grant, '10.0.0.1'), { idleMs: 1000, postQuantum: false })
  assert.equal(authorizer.limits(grant, '10.0.0.2'), undefined)
  assert.equal(asked, 0, 'nothing has changed since it was decided')
  decider = counted(2000)
  assert.deepEqual(authorizer.limits(grant, '10.0.0.1'), { idleMs: 2000, postQuantum: false })
  assert.deepEqual(authorizer.recheck(grant, '10.0.0.1'), {
    lost: undefined,
    limits: { idleMs: 2000, postQuantum: false },
  })
})

test('a recheck that fails on terms says which', async () => {
  let now: Decider = allowing('10.0.0.1')
  const { ask, authorizer } = world({ parts: { decider: () => now } })
  const grant = await ask('db1')
  assert.ok(isAccessGrant(grant))
  now = {
    ...now,
    decide: () => ({
      allowed: false,
      denied: 'policy.recording',
      reason: 'policy.recording',
      rule: undefined,
      hint: undefined,
    }),
  }
  assert.deepEqual(authorizer.recheck(grant, '10.0.0.1'), { lost: 'policy.recording', limits: undefined })
})

test('an abort while a name is looked up ends the request', async () => {
  const controller = new AbortController()
  const { authorizer } = world({
    decider: allowing('10.0.0.1'),
    directory: { lookup: () => new Promise(() => {}) },
  })
  const asked = authorizer.authorize(
    { passage, principal, destination: { host: 'slow', port: 22 }, connection },
    { signal: controller.signal },
  )
  controller.abort(new Error('gone'))
  await assert.rejects(asked, /gone/)
})

test('only a grant that authorize made is dialled', async () => {
  const forged = { addresses: ['127.0.0.1'], port: 22, principal, destination: { host: 'x', port: 22 } }
  await assert.rejects(
    dialWith(
      forged as never,
      { timeoutMs: 10, attemptDelayMs: 1, signal },
      async () => 1,
      () => {},
    ),
    TypeError,
  )
})

async function grantFor(...addresses: string[]) {
  const grant = await world({ names: { many: addresses }, decider: allowing(...addresses) }).ask('many')
  assert.ok(isAccessGrant(grant))
  return grant
}
const refused = (code: string) => Promise.reject(Object.assign(new Error(code), { code }))

test('the next address is tried when one fails, and beside one that is slow', async () => {
  const grant = await grantFor('10.0.0.1', '10.0.0.2', '10.0.0.3')
  const tried: string[] = []
  const result = await dialWith(
    grant,
    { timeoutMs: 1000, attemptDelayMs: 5, signal },
    ({ host }, { signal: stop }) => {
      tried.push(host)
      if (host === '10.0.0.1') return refused('ECONNREFUSED')
      if (host === '10.0.0.3') return Promise.resolve('third')
      return new Promise((_, reject) => stop.addEventListener('abort', () => reject(stop.reason as Error)))
    },
    () => {},
  )
  assert.deepEqual(tried, ['10.0.0.1', '10.0.0.2', '10.0.0.3'])
  assert.deepEqual(result, { connection: 'third', address: '10.0.0.3' })
})

test('a connection that comes second is closed', async () => {
  const grant = await grantFor('10.0.0.1', '10.0.0.2')
  const discarded: string[] = []
  const late = Promise.withResolvers<string>()
  await dialWith(
    grant,
    { timeoutMs: 1000, attemptDelayMs: 1, signal },
    ({ host }) => (host === '10.0.0.1' ? late.promise : Promise.resolve(host)),
    (connection) => void discarded.push(connection),
  )
  late.resolve('late')
  await late.promise
  await new Promise(setImmediate)
  assert.deepEqual(discarded, ['late'])
})

test('failures are told apart: refused, unreachable, no answer, other', async () => {
  const grant = await grantFor('10.0.0.1')
  const options = { timeoutMs: 20, attemptDelayMs: 5, signal }
  const kinds = {
    ECONNREFUSED: 'dial.refused',
    EHOSTUNREACH: 'dial.unreachable',
    ETIMEDOUT: 'dial.timeout',
    EIO: 'dial.failed',
  }
  for (const [code, expected] of Object.entries(kinds)) {
    const result = await dialWith(
      grant,
      options,
      () => refused(code),
      () => {},
    )
    assert.ok('failed' in result)
    assert.equal(result.failed, expected)
  }
  const silent = await dialWith(
    grant,
    options,
    () => new Promise<never>(() => {}),
    () => {},
  )
  assert.ok('failed' in silent && silent.failed === 'dial.timeout')
})

test('with no route for IPv6 the refusal of IPv4 is what is told', async () => {
  const grant = await grantFor('2001:db8::1', '10.0.0.1')
  const result = await dialWith(
    grant,
    { timeoutMs: 1000, attemptDelayMs: 1, signal },
    ({ host }) => refused(host.includes(':') ? 'ENETUNREACH' : 'ECONNREFUSED'),
    () => {},
  )
  assert.deepEqual(result, { failed: 'dial.refused', detail: 'ECONNREFUSED', address: '10.0.0.1' })
})
