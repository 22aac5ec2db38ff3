/** Where somebody who came by a one-time link stands. */
export type JoinStep = 'name' | 'passkey' | 'codes' | 'done'

export const JOIN_STEPS: readonly JoinStep[] = ['name', 'passkey', 'codes', 'done']
