import assert from 'node:assert/strict'
import type { NetworkInterfaceInfo } from 'node:os'
import { test } from 'node:test'
import { parseNetwork } from '../defence/network.ts'
import { outboundNetworks } from './outbound-networks.ts'

function interfaces(): NodeJS.Dict<NetworkInterfaceInfo[]> {
  const info = (address: string, internal = false) => ({ address, internal }) as NetworkInterfaceInfo
  return {
    lo: [info('127.0.0.1', true), info('::1', true)],
    eth0: [info('192.0.2.7'), info('2001:db8::7'), info('fe80::1')],
    eth1: [info('192.0.2.7')],
  }
}

const away = [{ address: '10.0.0.1' }, { address: 'db.example.com' }]

test('a gateway comes from its own addresses, not from loopback', () => {
  assert.deepEqual(outboundNetworks([], away, interfaces), ['192.0.2.7/32', '2001:db8::7/128'])
})

test('loopback counts where a target is on this machine', () => {
  for (const address of ['127.0.0.9', '::1', 'localhost', '::ffff:127.0.0.1']) {
    const networks = outboundNetworks([], [...away, { address }], interfaces)
    assert.deepEqual(networks.slice(2), ['127.0.0.1/32', '::1/128'], address)
  }
})

test('what is configured stands for its own addresses', () => {
  const configured = parseNetwork('203.0.113.0/28')
  assert.ok(configured !== undefined)
  assert.deepEqual(outboundNetworks([configured], away, interfaces), ['203.0.113.0/28'])
})
