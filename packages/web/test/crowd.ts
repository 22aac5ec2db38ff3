import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Approval, Session } from '@sallyport/api'
import type { ConsoleGateway } from './console-gateway.ts'

/** Longest name of a person's account, and about the longest of a machine that is met. */
const LONG_LOGIN = `${'annamariabernadettekristofferson-lindqvist'.padEnd(50, 'x')}@example.com`
const LONG_HOST = `${'ip-10-20-4-12.eu-central-1.compute.internal.production.'.repeat(3)}example.com`
/** Turns round what follows it. */
const TURN = '\u202e'
/** From right to left, with a mark that would turn round what follows it; far too long for its column; not of this alphabet. */
const NAMES = ['دانيال الخطيب', `user ${TURN} txt.exe`, `Anna ${'Maria '.repeat(18)}Lindqvist`, '山田 太郎', '']

/** Adds to a gateway what a larger place has: many, with long names, and names from other alphabets. */
export async function addCrowd({ api, stateDirectory }: ConsoleGateway): Promise<void> {
  const targets = Array.from({ length: 30 }, (_, index) => ({
    name: index === 0 ? LONG_HOST : `web-ams-${String(index + 2).padStart(3, '0')}`,
    address: index % 7 === 0 ? `2001:db8:85a3::8a2e:370:${index}` : `10.20.${index}.12`,
    tags: index === 0 ? ['tag:web', 'tag:production-primary-in-frankfurt'] : ['tag:web'],
    ...(index % 3 === 0 ? { host_keys: [HOST_KEY] } : {}),
  }))
  await api.call('target.import', { targets })
  await api.call('user.add', { name: LONG_LOGIN, display_name: NAMES[2] ?? '' })
  for (const [index, name] of NAMES.entries())
    await api.call('user.add', { name: `person-${index}`, display_name: name.replace(TURN, '') })
  // No gateway takes a mark any more; one that took it before still has it. It is read again with the change below.
  using database = new DatabaseSync(join(stateDirectory, 'sallyport.db'), { timeout: 10_000 })
  database.prepare('update users set display_name = ? where name = ?').run(NAMES[1] ?? '', 'person-1')
  await api.call('user.update', { user: 'person-1', disabled: true })
}

const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'

/** As `session.list` would answer where many are connected. */
export function manySessions(amount: number, now = Date.now()): { readonly sessions: readonly Session[] } {
  const sessions = Array.from({ length: amount }, (_, index): Session => {
    const started_at = new Date(now - (index * 37 + 5) * 60_000).toISOString()
    const target = index % 9 === 0 ? LONG_HOST : `web-ams-${index}`
    return {
      id: `01K9Z4T8M3Q2R7V5X6Y1W0${String(index).padStart(4, '0')}`,
      user: index % 11 === 0 ? LONG_LOGIN : ['tomas', 'priya', 'joy'][index % 3],
      door: 'ssh',
      source: index % 4 === 0 ? '2001:db8:85a3::8a2e:370:7334' : `203.0.113.${index % 250}`,
      source_port: 40_000 + index,
      key: 'SHA256:iy0wJ0hyUIRNoAl04Mycs3Xxz53xV4iycH1me0CcMKc',
      client: 'SSH-2.0-OpenSSH_9.9p2 Debian-1',
      started_at,
      idle_seconds: index,
      passages: [
        {
          id: `p${index}`,
          host: target,
          target,
          address: `10.20.4.${index % 250}`,
          port: 22,
          opened_at: started_at,
          bytes_in: index * 1_234,
          bytes_out: index ** 4 * 4_321,
          inner_banner: 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3',
        },
      ],
    } as Session
  })
  return { sessions }
}

/** As `approval.show` would answer for a login that waits. */
export function waitingLogin(code: string, now = Date.now()): Approval {
  return {
    code,
    state: 'pending',
    session: '01K9Z4T8M3Q2R7V5X6Y1W0ABCD',
    source: '203.0.113.24',
    client: 'SSH-2.0-OpenSSH_9.9p2',
    key: 'SHA256:iy0wJ0hyUIRNoAl04Mycs3Xxz53xV4iycH1me0CcMKc',
    target: LONG_HOST,
    port: 22,
    login: 'postgres',
    from_here: false,
    rule: 'ssh[0], line 14',
    methods: ['passkey'],
    keep_max_seconds: 3_600,
    kept_seconds: null,
    asked_at: new Date(now - 21_000).toISOString(),
    expires_at: new Date(now + 3_600_000).toISOString(),
  }
}
