import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '@sallyport/wire'
import * as fc from 'fast-check'
import { SshError } from '../errors.ts'
import { SessionPair } from '../testing/session-pair.ts'
import { IdentificationReader, isIdentification } from './identification.ts'
import type { Role } from './legal-messages.ts'

function read(role: Role, text: string) {
  return new IdentificationReader(role).read(utf8Bytes(text))
}

function refusal(role: Role, text: string): string {
  try {
    const { identification } = read(role, text)
    return identification === undefined ? 'nothing yet' : 'accepted'
  } catch (error) {
    assert.ok(error instanceof SshError && error.code === 'version-exchange')
    return 'refused'
  }
}

const notices = (count: number) => 'System maintenance on Sunday\r\n'.repeat(count)

const accepted: readonly [name: string, role: Role, text: string, identification: string][] = [
  ['CR LF', 'server', 'SSH-2.0-OpenSSH_9.2\r\n', 'SSH-2.0-OpenSSH_9.2'],
  ['LF alone', 'server', 'SSH-2.0-Old_1\n', 'SSH-2.0-Old_1'],
  ['comments', 'client', 'SSH-2.0-x_1 some comment\r\n', 'SSH-2.0-x_1 some comment'],
  ['a hyphen in the version', 'server', 'SSH-2.0-PuTTY-Release-0.52\r\n', 'SSH-2.0-PuTTY-Release-0.52'],
  ['version 1.99', 'client', 'SSH-1.99-Cisco-1.25\n', 'SSH-1.99-Cisco-1.25'],
  ['255 bytes', 'server', `SSH-2.0-${'x'.repeat(245)}\r\n`, `SSH-2.0-${'x'.repeat(245)}`],
  ['lines before, at the client', 'client', `hello\r\n\r\n S\nSSH-2.0-x\r\n`, 'SSH-2.0-x'],
]
for (const [name, role, text, identification] of accepted) {
  test(`identification with ${name} is accepted`, () => {
    assert.deepEqual(read(role, `${text}rest`), { consumed: text.length, identification })
  })
}

const refused: readonly [name: string, role: Role, text: string][] = [
  ['10 MB without a line end (server)', 'server', 'x'.repeat(10_000_000)],
  ['10 MB without a line end (client)', 'client', 'x'.repeat(10_000_000)],
  ['10 MB behind SSH- (client)', 'client', `SSH-2.0-${'x'.repeat(10_000_000)}`],
  ['a line of 256 (server)', 'server', `SSH-2.0-${'x'.repeat(246)}\r\n`],
  ['a line of 256 (client)', 'client', `SSH-2.0-${'x'.repeat(246)}\r\n`],
  ['NUL', 'server', 'SSH-2.0-a\0b\r\n'],
  ['a bare CR', 'client', 'SSH-2.0-a\rb\r\n'],
  ['ESC', 'server', 'SSH-2.0-\x1b[2J\r\n'],
  ['bytes over 0x7e', 'server', 'SSH-2.0-é\r\n'],
  ['no software version', 'server', 'SSH-2.0-\r\n'],
  ['SSH-1.5', 'server', 'SSH-1.5-1.2.27\r\n'],
  ['SSH-1.5 of a server', 'client', 'SSH-1.5-1.2.27\r\n'],
  ['SSH-2.1', 'server', 'SSH-2.1-x\r\n'],
  ['lower case', 'server', 'ssh-2.0-x\r\n'],
  ['a line before it, at the server', 'server', 'hello\r\nSSH-2.0-x\r\n'],
  ['an HTTP request', 'server', 'GET / HTTP/1.1\r\n'],
  ['a TLS hello', 'server', '\x16\x03\x01\x02\x00'],
  ['1,025 lines before', 'client', `${notices(1025)}SSH-2.0-x\r\n`],
]
for (const [name, role, text] of refused) {
  test(`V-A15 identification: ${name} is refused`, () => {
    assert.equal(refusal(role, text), 'refused')
  })
}

test('V-A15 identification: 1,000 lines before it are accepted from a server', () => {
  assert.equal(read('client', `${notices(1000)}SSH-2.0-x\r\n`).identification, 'SSH-2.0-x')
})

test('V-A15 identification: refusal comes within the limit, not at the end of the input', () => {
  const reader = new IdentificationReader('client')
  let taken = 0
  assert.throws(() => {
    for (; taken < 10_000; taken++) reader.read(Uint8Array.of(0x61))
  }, SshError)
  assert.ok(taken < 1024)
})

test('identification reads the same however the bytes are cut', () => {
  const text = `${notices(3)}SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n`
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 200 }), (sizes) => {
      const reader = new IdentificationReader('client')
      const bytes = utf8Bytes(`${text}more`)
      let at = 0
      for (let i = 0; ; i++) {
        const { consumed, identification } = reader.read(bytes.subarray(at, at + (sizes[i] ?? 50)))
        at += consumed
        if (identification === undefined) continue
        assert.equal(identification, 'SSH-2.0-OpenSSH_9.2p1 Debian-2')
        assert.equal(at, text.length)
        return
      }
    }),
  )
})

test('own identifications are checked before they are sent', () => {
  assert.ok(isIdentification('SSH-2.0-Sallyport_0.1'))
  assert.ok(isIdentification('SSH-2.0-Sallyport_0.1 with a comment'))
  for (const wrong of ['SSH-2.0-', 'SSH-2.0-a-b', 'SSH-2.0-a\r', 'SSH-1.99-x', `SSH-2.0-${'x'.repeat(250)}`]) {
    assert.ok(!isIdentification(wrong), wrong)
  }
})

test('a server tells a stranger in a line of text that this is SSH', () => {
  const pair = new SessionPair()
  pair.server.record = true
  pair.server.transport.start()
  pair.server.transport.receive(utf8Bytes('GET / HTTP/1.0\r\n\r\n'))
  assert.equal(pair.server.error?.code, 'version-exchange')
  assert.equal(Buffer.concat(pair.server.wire).toString(), 'SSH-2.0-Sallyport_0.1\r\ninvalid identification string\r\n')
})

/** Software versions that clients and servers of thirty years have sent. */
const historical = `
  OpenSSH_1.2.2 | OpenSSH_2.1.1 | OpenSSH_2.3.0 | OpenSSH_2.5.2p2 | OpenSSH_2.9.9p2 | OpenSSH_3.0.2p1
  OpenSSH_3.4p1 | OpenSSH_3.5p1 | OpenSSH_3.6.1p2 | OpenSSH_3.7.1p2 | OpenSSH_3.8.1p1 | OpenSSH_3.9p1
  OpenSSH_4.0 | OpenSSH_4.1 | OpenSSH_4.2 | OpenSSH_4.3 | OpenSSH_4.4 | OpenSSH_4.5 | OpenSSH_4.6 | OpenSSH_4.7
  OpenSSH_5.0 | OpenSSH_5.1p1 | OpenSSH_5.2 | OpenSSH_5.3 | OpenSSH_5.4 | OpenSSH_5.5p1 | OpenSSH_5.6
  OpenSSH_5.8 | OpenSSH_5.9 | OpenSSH_6.0p1 | OpenSSH_6.1 | OpenSSH_6.2 | OpenSSH_6.4 | OpenSSH_6.5
  OpenSSH_6.6.1p1 | OpenSSH_6.7 | OpenSSH_6.8 | OpenSSH_6.9 | OpenSSH_7.0 | OpenSSH_7.1 | OpenSSH_7.2p2
  OpenSSH_7.3 | OpenSSH_7.4 | OpenSSH_7.5 | OpenSSH_7.6 | OpenSSH_7.7 | OpenSSH_7.8 | OpenSSH_7.9p1
  OpenSSH_8.0 | OpenSSH_8.1 | OpenSSH_8.2p1 | OpenSSH_8.3 | OpenSSH_8.4p1 | OpenSSH_8.5 | OpenSSH_8.6
  OpenSSH_8.8 | OpenSSH_8.9p1 | OpenSSH_9.0 | OpenSSH_9.1 | OpenSSH_9.2p1 | OpenSSH_9.3 | OpenSSH_9.5
  OpenSSH_9.6p1 | OpenSSH_9.7 | OpenSSH_9.8 | OpenSSH_9.9p1 | OpenSSH_10.0 | OpenSSH_10.2 | OpenSSH_10.4
  OpenSSH_10.5 | PuTTY-Release-0.52 | PuTTY-Release-0.53 | PuTTY-Release-0.54 | PuTTY-Release-0.55
  PuTTY-Release-0.56 | PuTTY-Release-0.57 | PuTTY-Release-0.58 | PuTTY-Release-0.59 | PuTTY-Release-0.60
  PuTTY-Release-0.61 | PuTTY-Release-0.62 | PuTTY-Release-0.63 | PuTTY-Release-0.64 | PuTTY-Release-0.65
  PuTTY-Release-0.66 | PuTTY-Release-0.67 | PuTTY-Release-0.68 | PuTTY-Release-0.69 | PuTTY-Release-0.70
  PuTTY-Release-0.71 | PuTTY-Release-0.72 | PuTTY-Release-0.73 | PuTTY-Release-0.74 | PuTTY-Release-0.75
  PuTTY-Release-0.76 | PuTTY-Release-0.77 | PuTTY-Release-0.78 | PuTTY-Release-0.79 | PuTTY-Release-0.80
  PuTTY-Release-0.81 | PuTTY-Release-0.82 | PuTTY_Release_0.62 | PuTTY_Release_0.63 | PuTTY_Release_0.64
  PuTTY_Release_0.65 | PuTTY_Release_0.66 | PuTTY_Release_0.67 | PuTTY_Release_0.68 | PuTTY_Release_0.69
  PuTTY_Release_0.70 | PuTTY_Release_0.71 | PuTTY_Release_0.72 | PuTTY_Release_0.73 | dropbear_0.28
  dropbear_0.32 | dropbear_0.40 | dropbear_0.44 | dropbear_0.48 | dropbear_0.52 | dropbear_2012.55
  dropbear_2014.63 | dropbear_2016.74 | dropbear_2018.76 | dropbear_2019.78 | dropbear_2022.83 | Cisco-1.25
  Cisco-2.0 | Comware-7.1.064 | HUAWEI-1.5 | HUAWEI-VRP3.1 | RomSShell_4.62 | RomSShell_5.40 | Sun_SSH_1.0
  Sun_SSH_1.1 | Sun_SSH_1.1.4 | Sun_SSH_2.2 | F-SECURE SSH | 3.2.9 SSH Secure Shell Windows Client
  2.0.13 (non-commercial) | 2.4.0 SSH Secure Shell | 4.0.5 SSH Tectia Server | 6.1.8 SSH Tectia Client
  lsh-2.0.4 | lshd-2.0.4 lsh - a GNU ssh | libssh-0.1 | libssh-0.2 | libssh-0.5.2 | libssh_0.7.7 | libssh_0.9.6
  libssh_0.10.6 | libssh2_1.0 | libssh2_1.4.2 | libssh2_1.9.0 | libssh2_1.11.1 | paramiko_0.9 | paramiko_1.7.4
  paramiko_1.16.0 | paramiko_2.7.2 | paramiko_3.4.0 | AsyncSSH_1.3.0 | AsyncSSH_2.10.1 | JSCH-0.1.31
  JSCH-0.1.54 | JSCH_2.27.2 | Go | SSHJ_0.8.1 | SSHJ_0.27.0 | SSHD-CORE-0.9.0 | APACHE-SSHD-2.13.2
  Renci.SshNet.SshClient.0.0.1 | ssh2js0.0.18 | ssh2js1.17.0 | russh_0.40.1 | thrussh_0.33
  WinSCP_release_4.3.7 | WinSCP_release_5.21.8 | TTSSH/2.54 Win32 | SecureCRT_5.1.0 (x64 build 100)
  SecureCRT_9.4 | VanDyke_SecureFX | ZOC_7 | SecureBlackbox.7 | CrushFTPSSHD | mod_sftp/0.9.9 | WeOnlyDo 2.1.3
  WS_FTP-SSH_7.0 | GlobalSCAPE | xlightftpd_3.8 | srtSSHServer_10 | NetScreen | ScreenOS_6.3 | ROSSSH | MikroTik
  FortiSSH_3.0 | ARRIS_0.50 | HP-2530 | Mocana SSH | IPSSH-6.6.0 | AWS_SFTP_1.0 | babeld-4f04c79d | GitLab-SSHD
  Gerrit_3.9 | Erlang/4.2 | Twisted_8.2 | Conch | Maverick_SSHD | JetBrainsSSH | ConnectBot_1.9 | nmap-ssh2-enum
  OpenSSH-keyscan | Nessus_SSH | check_ssh_2.3 | PGP | Zabbix | Axessh_3.2 | MobaXterm | Termius | Blink | Royal
  Transmit | Cyberduck/8.5 | FileZilla_3.66 | curl_8.1
`
  .split(/[|\n]/)
  .map((name) => name.trim())
  .filter(Boolean)

for (const role of ['server', 'client'] as const) {
  test(`V-A27 ${role}: no historical identification crashes or weakens the handshake`, () => {
    const peer = role === 'server' ? 'client' : 'server'
    const expected = new SessionPair().handshake()[role].transport.algorithms
    assert.ok(historical.length >= 200, `${historical.length}`)
    for (const name of historical) {
      for (const version of ['2.0', '1.99']) {
        const identification = `SSH-${version}-${name}`
        const pair = new SessionPair()
        pair[role].transport.start()
        pair[role].transport.receive(utf8Bytes(`${identification}\r\n`))
        assert.equal(pair[role].error, undefined, identification)
        assert.equal(pair[role].transport.peerIdentification, identification)
      }
    }
    // The whole handshake under one of each family: the same algorithms come out.
    for (const name of ['OpenSSH_2.3.0', 'OpenSSH_9.2', 'dropbear_0.28', 'paramiko_0.9', 'Cisco']) {
      const pair = new SessionPair({ [peer]: { identification: `SSH-2.0-${name}` } }).handshake()
      assert.deepEqual(pair[role].transport.algorithms, expected, name)
    }
  })
}
