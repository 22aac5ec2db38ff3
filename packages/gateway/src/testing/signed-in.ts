/** Somebody who signed in with a key, as tests need them where it does not matter who and from where. */
import { ID_RANDOM_BYTES, makeId, type Principal } from '@sallyport/model'
import { Session, type SessionFacts } from '../sessions/session.ts'

const NO_RANDOM_BYTES = new Uint8Array(ID_RANDOM_BYTES)

export function testPrincipal(facts: Partial<Principal> = {}): Principal {
  return {
    userId: makeId('user', NO_RANDOM_BYTES),
    name: 'alice',
    role: 'member',
    proof: { method: 'publickey', fingerprint: 'SHA256:x', factors: [] },
    sessionId: makeId('session', NO_RANDOM_BYTES),
    sourceAddress: '192.0.2.7',
    ...facts,
  }
}

/** Their connection, with post-quantum keys, which nobody notices when it is closed. */
export function testSession(facts: Partial<SessionFacts> = {}): Session {
  return new Session({
    principal: testPrincipal(),
    sourcePort: 1,
    client: '',
    startedAt: 0,
    disconnect: () => {},
    postQuantum: () => true,
    ...facts,
  })
}
