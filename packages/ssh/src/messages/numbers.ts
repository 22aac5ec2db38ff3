/** Message numbers: RFC 4250 §4.1.2, RFC 8308 §2.3 and §3.2, RFC 5656 §7.1, OpenSSH PROTOCOL (ping). */
export const SSH_MSG = {
  disconnect: 1,
  ignore: 2,
  unimplemented: 3,
  debug: 4,
  'service-request': 5,
  'service-accept': 6,
  'ext-info': 7,
  newcompress: 8,
  kexinit: 20,
  newkeys: 21,
  /** SSH_MSG_KEXDH_INIT, and SSH_MSG_KEX_ECDH_INIT, and the init of the hybrid methods. */
  'kex-init': 30,
  'kex-reply': 31,
  'userauth-request': 50,
  'userauth-failure': 51,
  'userauth-success': 52,
  'userauth-banner': 53,
  /** 60…79 belong to the running method: publickey PK_OK, keyboard-interactive INFO_REQUEST, password CHANGEREQ. */
  'userauth-pk-ok': 60,
  'userauth-passwd-changereq': 60,
  'userauth-info-request': 60,
  'userauth-info-response': 61,
  'global-request': 80,
  'request-success': 81,
  'request-failure': 82,
  'channel-open': 90,
  'channel-open-confirmation': 91,
  'channel-open-failure': 92,
  'channel-window-adjust': 93,
  'channel-data': 94,
  'channel-extended-data': 95,
  'channel-eof': 96,
  'channel-close': 97,
  'channel-request': 98,
  'channel-success': 99,
  'channel-failure': 100,
  ping: 192,
  pong: 193,
} as const

export type MessageName = keyof typeof SSH_MSG

const nameByNumber = new Map<number, string>()
for (const [name, number] of Object.entries(SSH_MSG)) {
  if (!nameByNumber.has(number)) nameByNumber.set(number, name)
}

/** Name of a message number for errors and traces: `channel-data (94)`, or `message 77`. */
export function messageName(number: number): string {
  const name = nameByNumber.get(number)
  return name === undefined ? `message ${number}` : `${name} (${number})`
}
