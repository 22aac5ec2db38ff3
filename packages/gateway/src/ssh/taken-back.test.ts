/** What was taken back counts for whoever signs in and for whoever is in, alike. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { userCertificateRequest } from '@sallyport/identity'
import { ID_RANDOM_BYTES, makeId, type Principal, type User } from '@sallyport/model'
import { defaultPolicy } from '@sallyport/policy'
import { fingerprint, generatePrivateKey, issueCertificate, type PrivateKey } from '@sallyport/ssh/keys'
import { openStore } from '@sallyport/store'
import { type Roster, RosterKeeper } from '../access/roster.ts'
import { standingIn } from '../access/roster-decider.ts'
import type { Trust } from '../access/trust.ts'
import { keyOwner } from './key-owner.ts'

const NOW = Date.parse('2030-01-01T12:00:00Z')
const SERIAL = 7

/** A roster with alice, and what is taken back in it. */
async function rosterWith(trust: Partial<Trust>): Promise<{ roster: Roster; alice: User }> {
  await using store = await openStore({ path: ':memory:' })
  await store.policyVersions.add({ text: defaultPolicy(), author: 'test', message: '' })
  const alice = await store.users.add({ name: 'alice', role: 'member' })
  await using keeper = await RosterKeeper.open(store, () => {})
  return { roster: { ...keeper.current, trust: { ...keeper.current.trust, ...trust } }, alice }
}

async function certificateFor(user: User, authority: PrivateKey) {
  const request = userCertificateRequest({
    key: generatePrivateKey('ssh-ed25519').publicKey,
    serial: SERIAL,
    user,
    session: 'direct',
    grants: [],
    now: NOW / 1000,
    seconds: 3600,
  })
  return issueCertificate(request, authority)
}

function principalOf(user: User, authority: PrivateKey): Principal {
  return {
    userId: user.id,
    name: user.name,
    role: user.role,
    proof: {
      method: 'publickey',
      fingerprint: fingerprint(generatePrivateKey('ssh-ed25519').publicKey),
      factors: [],
      certificate: {
        serial: SERIAL,
        authority: fingerprint(authority.publicKey),
        validBefore: NOW + 3_600_000,
      },
    },
    sessionId: makeId('session', new Uint8Array(ID_RANDOM_BYTES)),
    sourceAddress: '192.0.2.7',
  }
}

const CIRCUMSTANCES = { sourceAddress: '192.0.2.7', now: NOW }

test('V-C06 an authority of ours whose key was revoked signs nobody in', async () => {
  const authority = generatePrivateKey('ssh-ed25519')
  const userAuthorities = [authority.publicKey]
  const { roster, alice } = await rosterWith({ userAuthorities })
  const certificate = await certificateFor(alice, authority)
  assert.equal(keyOwner(roster, certificate, CIRCUMSTANCES)?.user.name, 'alice')
  const revoked = { ...roster.trust, revokedKeys: new Set([fingerprint(authority.publicKey)]) }
  assert.equal(keyOwner({ ...roster, trust: revoked }, certificate, CIRCUMSTANCES), undefined)
})

test('V-C06 a certificate of ours that was revoked ends its sessions, also where the configuration names our authority', async () => {
  const authority = generatePrivateKey('ssh-ed25519')
  const userAuthorities = [authority.publicKey]
  const named = [{ name: 'ours', key: authority.publicKey, fingerprint: fingerprint(authority.publicKey) }]
  const { roster, alice } = await rosterWith({ userAuthorities })
  const principal = principalOf(alice, authority)
  assert.equal(standingIn(roster, principal, NOW, named), undefined)
  const trust = { ...roster.trust, revokedSerials: new Set([BigInt(SERIAL)]) }
  assert.equal(standingIn({ ...roster, trust }, principal, NOW, named), 'session.certificate-revoked')
  // Of others it says nothing: their numbers are their own.
  const elsewhere = { ...trust, userAuthorities: [] }
  assert.equal(standingIn({ ...roster, trust: elsewhere }, principal, NOW, named), undefined)
  assert.equal(standingIn({ ...roster, trust: elsewhere }, principal, NOW, []), 'session.certificate-revoked')
})
