import { isCertificate, parsePublicKey } from '@sallyport/ssh/keys'
import { z } from 'zod'
import { oidcProviders } from './oidc-providers.ts'
import { byteSize, duration, network, type Setting, setting, socketAddress } from './setting.ts'

/** Names of the algorithm profiles of the SSH library. */
export const PROFILES = ['modern', 'pq-only', 'legacy'] as const
export type Profile = (typeof PROFILES)[number]

/** Most addresses one kind of listener may have; a port scan of one's own is no use. */
const LISTENERS_MAX = 16
/** Longest text shown before sign-in, in characters: several screens. */
const BANNER_MAX = 8192
/** Most entries of an exempt list: it is walked at every connection. */
const EXEMPT_MAX = 256

/** Most networks of our own in a certificate: sshd walks them at every login. */
const OUTBOUND_MAX = 64

/** Longest path of a file, in characters: what Linux takes. */
const PATH_MAX = 4096

/** Fewest bytes under one key: an exchange is some kilobytes itself and costs a signature, so below that little else would happen. */
const REKEY_LEAST_BYTES = 1024 ** 2

/** Names in one certificate: what Let’s Encrypt takes. */
const ACME_NAMES_MAX = 100

const publicUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text.replace(/\/$/, '') && text.startsWith('https://'),
    {
      message: 'write an address without a path: https://gw.example.com:8443',
    },
  )
  .transform((text) => new URL(text).origin)

/** Most authorities of others: each is compared at every certificate. */
const AUTHORITIES_MAX = 32
/** Longest public key on one line, in characters: an RSA key of 16,384 bits. */
const KEY_LINE_MAX = 4096

const authorityKey = z
  .string()
  .max(KEY_LINE_MAX)
  .refine((line) => {
    try {
      return !isCertificate(parsePublicKey(line).key)
    } catch {
      return false
    }
  }, 'write the authority’s public key as ssh-keygen does: ssh-ed25519 AAAA…')

const startLimits = z
  .string()
  .regex(/^\d{1,6}:\d{1,3}:\d{1,6}$/, 'write start:rate:full, e.g. 100:30:1000')
  .transform((text) => {
    const [start = 0, rate = 0, full = 0] = text.split(':').map(Number)
    return { start, rate, full }
  })
  .refine(
    ({ start, rate, full }) => start >= 1 && rate <= 100 && full >= start,
    'start is from 1 to full, rate from 0 to 100',
  )

const prefixLengths = z
  .string()
  .regex(/^\d{1,2}:\d{1,3}$/, 'write the prefix lengths of IPv4 and IPv6, e.g. 32:64')
  .transform((text) => {
    const [ipv4 = 32, ipv6 = 64] = text.split(':').map(Number)
    return { ipv4, ipv6 }
  })
  .refine(({ ipv4, ipv6 }) => ipv4 <= 32 && ipv6 <= 128, 'prefix lengths end at 32 and 128')

/** Every key of sallyport.toml, by section: what it does, its unit, its default. `docs/config.md` is made from this. */
export const settings = {
  listen: {
    ssh: setting(z.array(socketAddress).min(1).max(LISTENERS_MAX), {
      default: ['0.0.0.0:2222', '[::]:2222'],
      doc: 'Where the SSH door listens. A wildcard of a family this machine does not have is left out.',
      unit: 'list of address:port',
      takes: 'on restart',
    }),
    https: setting(z.union([z.literal('off').transform(() => []), z.array(socketAddress).min(1).max(LISTENERS_MAX)]), {
      default: ['0.0.0.0:8443', '[::]:8443'],
      doc: 'Where the console and the API are served over HTTPS. A wildcard of a family this machine does not have is left out. "off" serves them nowhere.',
      unit: 'list of address:port, or off',
      takes: 'on restart',
    }),
    mux: setting(z.union([z.literal('off').transform(() => []), z.array(socketAddress).min(1).max(LISTENERS_MAX)]), {
      default: 'off',
      doc: 'Where SSH, HTTPS and plain HTTP are served on one port, beside the listeners above: the first byte says which, and who says nothing for 300 ms gets SSH. Plain HTTP is sent to https.url. The SSH door has the algorithms of ssh.algorithms here.',
      unit: 'list of address:port, or off',
      takes: 'on restart',
    }),
    metrics: setting(z.union([z.literal('off').transform(() => undefined), socketAddress]), {
      default: '127.0.0.1:9222',
      doc: 'Where /metrics, /healthz and /readyz are served over plain HTTP; keep it on a loopback or management address. "off" serves them nowhere.',
      unit: 'address:port or off',
      takes: 'on restart',
    }),
  },
  ssh: {
    algorithms: setting(z.enum(PROFILES), {
      default: 'modern',
      doc: 'Algorithms offered: "modern" knows post-quantum and today’s classical exchanges, "pq-only" refuses clients without post-quantum exchange, "legacy" adds finite-field groups and encrypt-and-MAC for old devices.',
      unit: 'modern, pq-only or legacy',
      takes: 'on restart',
    }),
    listener_algorithms: setting(z.record(z.string(), z.enum(PROFILES)), {
      default: {},
      doc: 'Another profile for single listeners, e.g. { "0.0.0.0:2223" = "legacy" }; each key must stand in listen.ssh.',
      unit: 'table of address:port to profile',
      takes: 'on restart',
    }),
    banner: setting(z.string().max(BANNER_MAX), {
      default: '',
      doc: 'Text shown to everybody before sign-in; empty shows none.',
      unit: 'text',
    }),
    login_grace: setting(duration, {
      default: '30s',
      doc: 'Time from connecting to being signed in; who takes longer is cut off.',
      unit: 'duration',
    }),
    second_factor: setting(z.enum(['policy', 'always', 'never']), {
      default: 'policy',
      doc: 'When people are asked for a passkey or a one-time code as they sign in: `policy`, where everything that they may reach asks for it; `always`; or `never`, and then only the opening of a way that asks for it is refused until it is approved. See docs/second-factor.md.',
      unit: 'mode',
    }),
    second_factor_period: setting(duration, {
      default: '12h',
      doc: 'With `second_factor = "always"`: for so long nobody is asked again who comes from the same address.',
      unit: 'duration',
    }),
    approval_timeout: setting(duration, {
      default: '2m',
      doc: 'How long a login waits for its approval in the browser; after the first factor this extends `login_grace`, to ten minutes at most.',
      unit: 'duration',
    }),
    approval_qr: setting(z.boolean(), {
      default: true,
      doc: 'Whether the terminal shows the address of the approval page as a QR code as well. Terminals that are not UTF-8 show it as escapes.',
      unit: 'boolean',
    }),
    max_auth_tries: setting(z.int().min(1).max(64), {
      default: 6,
      doc: 'Failed sign-in tries on one connection, offered keys counted, before it is cut off.',
      unit: 'tries',
    }),
    max_startups: setting(startLimits, {
      default: '100:30:1000',
      doc: 'Connections that are not signed in yet, in all: from the first number on they are dropped at random with the chance of the second (percent), which rises to certainty at the third.',
      unit: 'start:rate:full',
    }),
    per_source_max_startups: setting(z.int().min(1), {
      default: 100,
      doc: 'Connections of one source that are not signed in yet.',
      unit: 'connections',
    }),
    per_source_netblock: setting(prefixLengths, {
      default: '32:64',
      doc: 'How many leading bits of an address make one source, for IPv4 and IPv6; limits and penalties count by it.',
      unit: 'IPv4 bits:IPv6 bits',
      takes: 'on restart',
    }),
    max_connections: setting(z.int().min(1), {
      default: 10_000,
      doc: 'Connections in all, signed in or not.',
      unit: 'connections',
    }),
    per_source_max_connections: setting(z.int().min(1), {
      default: 2000,
      doc: 'Connections of one source, signed in or not.',
      unit: 'connections',
    }),
    max_channels: setting(z.int().min(1).max(4096), {
      default: 256,
      doc: 'Channels open at the same time on one connection; a browser behind ssh -D takes dozens.',
      unit: 'channels',
    }),
    keepalive_interval: setting(duration, {
      default: '15s',
      doc: 'Silence after which the client is asked whether it is still there; 0 never asks.',
      unit: 'duration',
    }),
    keepalive_count: setting(z.int().min(1).max(100), {
      default: 3,
      doc: 'Questions without an answer after which the connection is given up.',
      unit: 'questions',
    }),
    idle_timeout: setting(duration, {
      default: '0',
      doc: 'Time without a byte on any channel after which a session ends; 0 lets it be idle for ever.',
      unit: 'duration',
    }),
    session_limit: setting(duration, {
      default: '0',
      doc: 'Longest life of a session; 0 has no limit.',
      unit: 'duration',
    }),
    rekey_bytes: setting(
      byteSize.refine((bytes) => bytes >= REKEY_LEAST_BYTES, 'write at least 1MiB'),
      {
        default: '1GiB',
        doc: 'Bytes in one direction after which keys are exchanged anew; at least 1MiB.',
        unit: 'size',
      },
    ),
    rekey_interval: setting(duration, {
      default: '1h',
      doc: 'Time after which keys are exchanged anew; 0 goes by bytes alone.',
      unit: 'duration',
    }),
    user_authorities: setting(
      z
        .record(
          z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'names are of a-z, 0-9 and -'),
          z.strictObject({ key: authorityKey, users: z.literal('principal') }),
        )
        .refine((table) => Object.keys(table).length <= AUTHORITIES_MAX, `at most ${AUTHORITIES_MAX} authorities`),
      {
        default: {},
        doc: 'Authorities of others whose certificates sign users in: a certificate proves the user whose login name is among its principals, e.g. { corp = { key = "ssh-ed25519 AAAA…", users = "principal" } }. Expiry, source-address, verify-required and a missing permit-port-forwarding hold; a certificate with force-command, or with the names of two users, is refused. Nobody tells the gateway what they revoke: let them sign for hours, not months.',
        unit: 'table of name to key and users',
      },
    ),
    outbound: setting(z.array(network).max(OUTBOUND_MAX), {
      default: [],
      doc: 'Addresses and networks that targets see this gateway come from; empty takes its own. Certificates that the policy binds to networks (`sources`) are good from here as well: name what a NAT in between makes of it.',
      unit: 'list of addresses and prefixes',
    }),
    hostname: setting(z.string().max(253), {
      default: '',
      doc: 'Name under which clients reach this gateway, for the ssh_config that is printed; empty takes the machine’s name.',
      unit: 'DNS name',
    }),
  },
  https: {
    url: setting(z.union([z.literal(''), publicUrl]), {
      default: '',
      doc: 'Where people open the console, e.g. "https://gw.example.com:8443". Passkeys belong to its host name: whoever changes it later registers them anew. Empty: ssh.hostname, or else localhost, with the port of the first listener.',
      unit: 'https URL without a path',
      takes: 'on restart',
    }),
    certificate: setting(z.string().max(PATH_MAX), {
      default: '',
      doc: 'PEM file of the certificate, with its chain. Empty: a self-signed one, made at the first start.',
      unit: 'path',
    }),
    key: setting(z.string().max(PATH_MAX), {
      default: '',
      doc: 'PEM file of the certificate’s private key, without a passphrase.',
      unit: 'path',
    }),
    acme: setting(
      z.union([
        z.literal('off').transform(() => undefined),
        z.strictObject({
          directory: z.url({ protocol: /^https$/ }),
          email: z.union([z.literal(''), z.email()]).default(''),
          names: z.array(z.hostname().toLowerCase()).min(1).max(ACME_NAMES_MAX),
          challenge: z.enum(['http-01', 'tls-alpn-01']).default('tls-alpn-01'),
          listen: socketAddress.prefault('0.0.0.0:80'),
          ca: z.string().max(PATH_MAX).default(''),
        }),
      ]),
      {
        default: 'off',
        doc: 'Gets the certificate from an ACME server such as Let’s Encrypt, whose terms you agree to by this, and renews it: { directory = "https://acme-v02.api.letsencrypt.org/directory", email = "ops@example.com", names = ["gw.example.com"], challenge = "tls-alpn-01" }. "tls-alpn-01" needs the HTTPS door to be reachable on port 443; "http-01" needs port 80, which is listened on at "listen" (0.0.0.0:80) only while a challenge lasts. "ca" names a PEM file for a directory that the system does not trust. Until there is a certificate, and when none comes, the self-signed one is shown, and the log and `sallyport doctor` say why; it is tried again after a quarter of an hour, then ever later, up to half a day. It is renewed when a third of its life is left.',
        unit: 'table, or off',
        takes: 'on restart',
      },
    ),
    passwords: setting(z.boolean(), {
      default: false,
      doc: 'Whether people may set a password and sign in to the console with it, and a one-time code where they have one set up. Passkeys are better in every way but one: a password needs no device.',
      unit: 'true or false',
    }),
    session_limit: setting(duration, {
      default: '12h',
      doc: 'Time after which people sign in to the console again.',
      unit: 'duration',
    }),
  },
  oidc: {
    providers: setting(oidcProviders, {
      default: {},
      doc: 'Identity providers by name, each a table [oidc.providers.NAME] of its own: issuer, client_id, client_secret_file or client_secret_env, title, scopes, groups_claims, groups, domains, auto_join; docs/identity.md explains them. Whoever is linked to one that is taken away no longer signs in with it.',
      unit: 'table of name to provider',
    }),
  },
  penalties: {
    enabled: setting(z.boolean(), {
      default: true,
      doc: 'Whether sources that misbehave before sign-in are refused for a while. Times add up; below "min" nothing happens.',
      unit: 'true or false',
    }),
    crash: setting(duration, {
      default: '90s',
      doc: 'Added for a connection that made the gateway fail inside.',
      unit: 'duration',
    }),
    auth_fail: setting(duration, {
      default: '5s',
      doc: 'Added for a connection that ends after failed sign-in tries and none that succeeded.',
      unit: 'duration',
    }),
    no_auth: setting(duration, {
      default: '1s',
      doc: 'Added for a connection that completes the key exchange and ends without trying to sign in. Port scans, health checks and ssh-keyscan end before that.',
      unit: 'duration',
    }),
    no_keys: setting(duration, {
      default: '50ms',
      doc: 'Added for a connection that begins the key exchange and leaves before its end, which costs us more than its sender. With 50 ms a source may do so 20 times a second for as long as it likes; a flood is refused within a second.',
      unit: 'duration',
    }),
    grace_exceeded: setting(duration, {
      default: '10s',
      doc: 'Added for a connection that login_grace cut off.',
      unit: 'duration',
    }),
    refuse_connection: setting(duration, {
      default: '10s',
      doc: 'Added for a connection whose key is good but which may not sign in with it, because the user name it gives is that of somebody else.',
      unit: 'duration',
    }),
    min: setting(duration, {
      default: '15s',
      doc: 'A source is refused once its added times reach this.',
      unit: 'duration',
    }),
    max: setting(duration, {
      default: '10m',
      doc: 'A source is never refused for longer than this at once.',
      unit: 'duration',
    }),
    max_sources: setting(z.int().min(1).max(1_000_000), {
      default: 65_536,
      doc: 'Sources remembered, for IPv4 and IPv6 each.',
      unit: 'sources',
    }),
    overflow: setting(z.enum(['permissive', 'deny-all']), {
      default: 'permissive',
      doc: 'When the memory is full: "permissive" forgets the penalties that end soonest, "deny-all" refuses every source that is not exempt until some have ended.',
      unit: 'permissive or deny-all',
    }),
    exempt: setting(z.array(network).max(EXEMPT_MAX), {
      default: [],
      doc: 'Addresses and networks that are never penalised, e.g. ["192.0.2.0/24"].',
      unit: 'list of addresses and CIDRs',
    }),
  },
  dial: {
    timeout: setting(duration, {
      default: '10s',
      doc: 'Time for connecting to a target, all its addresses together.',
      unit: 'duration',
    }),
    attempt_delay: setting(duration, {
      default: '250ms',
      doc: 'Head start of one address of a target before the next one is tried beside it (RFC 8305).',
      unit: 'duration',
    }),
    dns_timeout: setting(duration, {
      default: '3s',
      doc: 'Time for looking a name up.',
      unit: 'duration',
    }),
  },
  audit: {
    durability: setting(z.enum(['process', 'power']), {
      default: 'process',
      doc: 'What an event in the log survives before anything happens because of it: "process" the death of the gateway at any moment, "power" also a power cut, at some milliseconds for every decision. After a power cut, signed checkpoints show whether anything is missing.',
      unit: 'process or power',
      takes: 'on restart',
    }),
    checkpoint_interval: setting(duration, {
      default: '1m',
      doc: 'How often the log’s end is signed when there is something new.',
      unit: 'duration',
      takes: 'on restart',
    }),
    checkpoint_entries: setting(z.int().min(1).max(1_000_000), {
      default: 1000,
      doc: 'Entries after which the log’s end is signed without waiting for the interval.',
      unit: 'entries',
      takes: 'on restart',
    }),
  },
  log: {
    level: setting(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']), {
      default: 'info',
      doc: 'Least severe lines that are written.',
      unit: 'trace, debug, info, warn, error or silent',
    }),
    format: setting(z.enum(['auto', 'text', 'json']), {
      default: 'auto',
      doc: '"auto" writes text to a terminal and JSON elsewhere.',
      unit: 'auto, text or json',
      takes: 'on restart',
    }),
  },
  stop: {
    drain_timeout: setting(duration, {
      default: '30s',
      doc: 'Time that live sessions have to end by themselves after SIGTERM.',
      unit: 'duration',
    }),
  },
} as const satisfies Record<string, Record<string, Setting>>

type Settings = typeof settings
type ValueOf<S> = S extends Setting<infer Value> ? Value : never

/** The settings in force: frozen, one object per section. */
export type Config = {
  readonly [Section in keyof Settings]: {
    readonly [Key in keyof Settings[Section]]: ValueOf<Settings[Section][Key]>
  }
}

/** All settings as `section.key`. */
export const settingsByName: ReadonlyMap<string, Setting> = new Map(
  Object.entries(settings).flatMap(([section, keys]) =>
    Object.entries(keys).map(([key, value]): [string, Setting] => [`${section}.${key}`, value as Setting]),
  ),
)
