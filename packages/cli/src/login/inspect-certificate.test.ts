import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatePrivateKey, issueCertificate, textOption, userExtensions } from '@sallyport/ssh/keys'
import { inspectCertificate, loginsIn } from './inspect-certificate.ts'

test('what binds a certificate is shown with what it demands, as ssh-keygen shows it', async () => {
  const authority = generatePrivateKey('ssh-ed25519')
  const certificate = await issueCertificate(
    {
      key: generatePrivateKey('ssh-ed25519').publicKey,
      kind: 'user',
      serial: 7n,
      keyId: 'alice',
      principals: ['alice', 'root@tag:db'],
      validAfter: 1_800_000_000n,
      validBefore: 1_800_003_600n,
      criticalOptions: new Map([
        ['force-command', textOption('uptime -p')],
        ['source-address', textOption('192.0.2.0/24,10.0.0.1/32')],
        ['verify-required', new Uint8Array()],
      ]),
      extensions: userExtensions,
    },
    authority,
  )
  const { critical_options, principals, serial, valid_before } = inspectCertificate(certificate)
  assert.deepEqual(critical_options, [
    'force-command uptime -p',
    'source-address 192.0.2.0/24,10.0.0.1/32',
    'verify-required',
  ])
  assert.deepEqual([principals, serial, valid_before], [['alice', 'root@tag:db'], '7', '2027-01-15T09:00:00.000Z'])
})

test('logins on enrolled targets are told from names and ids of the owner', () => {
  assert.deepEqual(loginsIn(['usr_ezkyt4pjn4om6bf4', 'alice@example.com', 'root@tag:db', 'nonroot@any']), [
    'root@tag:db',
    'nonroot@any',
  ])
  assert.deepEqual(loginsIn(['usr_ezkyt4pjn4om6bf4', 'alice']), [])
})
