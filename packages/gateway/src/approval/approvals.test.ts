import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { makeId } from '@sallyport/model'
import type { Approval, ApprovalRequest } from './approval.ts'
import { makeApprovalCode, readApprovalCode } from './approval-code.ts'
import { Approvals, OPEN_MAX } from './approvals.ts'

const alice = makeId('user', new Uint8Array(10))
const LIFE_MS = 120_000
const KEPT = { kind: 'passkey', keptMs: 3_600_000 } as const
const ONCE = { kind: 'passkey', keptMs: 0 } as const

function request(facts: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    userId: alice,
    sessionId: makeId('session', new Uint8Array(10)),
    source: '192.0.2.7',
    network: facts.source ?? '192.0.2.7',
    knownSource: true,
    client: 'SSH-2.0-test',
    key: 'SHA256:x',
    place: undefined,
    kinds: ['passkey'],
    keepMs: 3_600_000,
    rule: 'ssh[0], line 1',
    ...facts,
  }
}

function given(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const approvals = new Approvals({
    randomBytes: (size) => new Uint8Array(randomBytes(size)),
    now: () => Date.now(),
    lifeMs: () => LIFE_MS,
  })
  const open = (facts?: Partial<ApprovalRequest>): Approval => {
    const opened = approvals.open(request(facts))
    assert.ok(!('refused' in opened), JSON.stringify(opened))
    return opened
  }
  return { approvals, open, pass: (ms: number) => t.mock.timers.tick(ms) }
}

test('a code is read however people write it, and nothing else is', () => {
  const code = makeApprovalCode((size) => new Uint8Array(randomBytes(size)))
  assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
  assert.equal(readApprovalCode(` ${code.toLowerCase().replace('-', ' ')} `), code)
  assert.equal(readApprovalCode('OIL0-OIL0'), '0110-0110')
  for (const wrong of ['', 'ABCD', 'ABCD-ABCDE', 'ABCD-ABCU', '../../..', 'ÄBCD-ABCD']) {
    assert.equal(readApprovalCode(wrong), undefined, wrong)
  }
})

test('V-F09 three questions of one person are open at once, and strange addresses have two of them', (t) => {
  const { approvals, open } = given(t)
  const strange = (source: string) => ({ source, network: source, knownSource: false })
  open(strange('198.51.100.1'))
  open(strange('198.51.100.2'))
  assert.deepEqual(approvals.open(request(strange('198.51.100.3'))), { refused: 'full' })
  open()
  assert.deepEqual(approvals.open(request()), { refused: 'full' })
  const bob = makeId('user', new Uint8Array(10).fill(1))
  open({ userId: bob })
})

test('V-F09 a question from elsewhere takes no place of another, and each is answered by its own code', async (t) => {
  const { approvals, open } = given(t)
  const mine = open()
  const theirs = open({ source: '198.51.100.1', network: '198.51.100.1', knownSource: false })
  assert.equal(approvals.find(alice, mine.code), mine)
  assert.ok(approvals.settle(theirs, 'denied'))
  assert.equal(mine.state, 'pending')
  assert.ok(approvals.settle(mine, 'approved', KEPT))
  assert.deepEqual([await mine.over, await theirs.over], ['approved', 'denied'])
  assert.equal(approvals.settle(mine, 'denied'), false, 'the first end counts')
})

test('V-E17 a question is found by its owner alone', (t) => {
  const { approvals, open } = given(t)
  const { code } = open()
  assert.equal(approvals.find(makeId('user', new Uint8Array(10).fill(1)), code), undefined)
})

test('after two minutes a question is over and gone', async (t) => {
  const { approvals, open, pass } = given(t)
  const asked = open()
  pass(LIFE_MS - 1)
  assert.equal(asked.state, 'pending')
  pass(1)
  assert.equal(await asked.over, 'expired')
  assert.equal(approvals.size, 0)
  assert.equal(approvals.settle(asked, 'approved', KEPT), false)
})

test('V-F09 a denied address waits, ever longer, and no other address with it; a yes makes it well again', (t) => {
  const { approvals, open, pass } = given(t)
  approvals.settle(open(), 'denied')
  assert.deepEqual(approvals.open(request()), { refused: 'wait', seconds: 60 })
  approvals.settle(open({ source: '198.51.100.1', network: '198.51.100.1' }), 'withdrawn')
  pass(60_000)
  approvals.settle(open(), 'denied')
  assert.deepEqual(approvals.open(request()), { refused: 'wait', seconds: 120 })
  pass(120_000)
  approvals.settle(open(), 'approved', KEPT)
  approvals.settle(open(), 'denied')
  assert.deepEqual(approvals.open(request()), { refused: 'wait', seconds: 60 })
})

test('V-F09 questions left without an answer, one after the other, make their address wait', (t) => {
  const { approvals, open } = given(t)
  for (let each = 0; each < 6; each++) approvals.settle(open(), 'withdrawn')
  assert.deepEqual(approvals.open(request()), { refused: 'wait', seconds: 30 })
  assert.equal(approvals.size, 0)
})

test('a yes that nobody was there to take is good for one opening of the very same, if it is for one connection', (t) => {
  const { approvals, open } = given(t)
  const place = { target: 'db', host: 'db', port: 22 }
  const asked = open({ place })
  assert.equal(approvals.spend(alice, '192.0.2.7', 'db'), undefined, 'not answered yet')
  approvals.settle(asked, 'approved', ONCE)
  assert.equal(approvals.spend(alice, '192.0.2.8', 'db'), undefined)
  assert.equal(approvals.spend(alice, '192.0.2.7', 'web'), undefined)
  assert.equal(approvals.spend(alice, '192.0.2.7', 'db'), asked)
  assert.equal(approvals.spend(alice, '192.0.2.7', 'db'), undefined)
  const kept = open({ place })
  approvals.settle(kept, 'approved', KEPT)
  assert.equal(approvals.spend(alice, '192.0.2.7', 'db'), undefined, 'what is kept counts by its period')
})

test('V-F09 an address that its owner disowned asks nobody of theirs for an hour, and others do', (t) => {
  const { approvals, open, pass } = given(t)
  approvals.settle(open(), 'reported')
  assert.deepEqual(approvals.open(request()), { refused: 'wait', seconds: 3600 })
  open({ source: '198.51.100.1', network: '198.51.100.1' })
  pass(3_600_000)
  assert.ok(!('refused' in approvals.open(request())))
})

test('whoever watches is told whose questions changed: asked, answered, expired', (t) => {
  const { approvals, open, pass } = given(t)
  const told: string[] = []
  using _ = approvals.watch((userId) => void told.push(userId))
  const bob = makeId('user', new Uint8Array(10).fill(1))
  approvals.settle(open(), 'approved', KEPT)
  open({ userId: bob })
  pass(LIFE_MS)
  assert.deepEqual(told, [alice, alice, bob, bob])
})

test('questions are bounded in all, and none is left when the gateway stops', async (t) => {
  const { approvals, open } = given(t)
  const asked: Approval[] = []
  for (let each = 0; each < OPEN_MAX; each++) {
    const id = new Uint8Array(10)
    new DataView(id.buffer).setUint32(0, each + 1)
    asked.push(open({ userId: makeId('user', id) }))
  }
  assert.deepEqual(approvals.open(request()), { refused: 'full' })
  approvals[Symbol.dispose]()
  assert.equal(approvals.size, 0)
  assert.equal(await asked[0]?.over, 'withdrawn')
})
