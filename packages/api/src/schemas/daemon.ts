import { z } from 'zod'
import { count, port, time } from './primitives.ts'

/** What is served where; a port with several doors (`listen.mux`) is listed once for each. */
export const listener = z.object({ name: z.enum(['ssh', 'https', 'metrics']), address: z.string(), port })
export type Listener = z.infer<typeof listener>

export const hostKey = z.object({
  type: z.string(),
  fingerprint: z.string(),
  /** `type base64`: what follows the host in known_hosts. */
  line: z.string(),
})
export type HostKey = z.infer<typeof hostKey>

export const status = z.object({
  version: z.string(),
  node: z.string(),
  pid: z.int(),
  state_dir: z.string(),
  started_at: time,
  /** `draining`: no new connections, live ones go on until they end or the drain time is over. */
  phase: z.enum(['starting', 'ready', 'draining']),
  listeners: z.array(listener),
  users: count,
  targets: count,
  sessions: count,
  passages: count,
  policy_version: count,
  audit_entries: count,
  memory_bytes: count,
})
export type Status = z.infer<typeof status>

export const doctorCheck = z.object({
  /** Stable name: `host-key-permissions`. */
  id: z.string(),
  status: z.enum(['ok', 'warn', 'fail', 'skipped']),
  title: z.string(),
  detail: z.string(),
  fix: z.string().nullable(),
})
export type DoctorCheck = z.infer<typeof doctorCheck>

export const doctor = z.object({ checks: z.array(doctorCheck) })
export type Doctor = z.infer<typeof doctor>

export const configSetting = z.object({
  /** `ssh.login_grace`. */
  key: z.string(),
  value: z.unknown(),
  default: z.unknown(),
  /** Where the value comes from: `default`, `environment SALLYPORT_…`, `flag`, or `sallyport.toml:12`. */
  origin: z.string(),
  unit: z.string().nullable(),
  doc: z.string(),
})
export type ConfigSetting = z.infer<typeof configSetting>

export const config = z.object({
  /** The file that was read; null where there is none. */
  file: z.string().nullable(),
  settings: z.array(configSetting),
})
export type Config = z.infer<typeof config>

/** What a client's ssh_config and known_hosts need. */
export const sshConfig = z.object({
  /** Name of this host, for the lines that leave the machine. */
  hostname: z.string(),
  /** As whom to sign in at the SSH door; null through the socket. */
  user: z.string().nullable(),
  listeners: z.array(listener),
  host_keys: z.array(hostKey),
  /** `type base64` of the authorities that vouch for host keys. */
  authorities: z.array(z.string()),
  /** Targets that whoever asks may reach from where they are; through the socket all of them. */
  targets: z.array(z.object({ name: z.string(), port })),
})
export type SshConfig = z.infer<typeof sshConfig>

/** Something that happened just now, for dashboards and scripts that wait; the audit log is the record. */
export const liveEvent = z.object({
  time,
  type: z.enum([
    'session-opened',
    'session-closed',
    'passage-opened',
    'passage-closed',
    'access-denied',
    'policy-applied',
    'ban-added',
    'ban-removed',
    'draining',
  ]),
  session: z.string().nullable(),
  passage: z.string().nullable(),
  user: z.string().nullable(),
  summary: z.string(),
})
export type LiveEvent = z.infer<typeof liveEvent>

export const reloaded = z.object({
  /** Keys of settings that changed and are in force. */
  changed: z.array(z.string()),
  /** Keys of settings that changed in the file and wait for a restart. */
  restart_needed: z.array(z.string()),
  policy_version: count,
})
export type Reloaded = z.infer<typeof reloaded>
