import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goesAround, httpsProxy } from './proxy.ts'

test('NO_PROXY names hosts with all below them, addresses, networks and ports', () => {
  const table: [noProxy: string, host: string, port: number, around: boolean][] = [
    ['', 'gw.example.com', 8443, false],
    ['*', 'gw.example.com', 8443, true],
    ['gw.example.com', 'GW.example.com', 8443, true],
    ['example.com', 'gw.example.com', 8443, true],
    ['.example.com', 'gw.example.com', 8443, true],
    ['*.example.com', 'gw.example.com.', 8443, true],
    ['.example.com', 'example.com', 8443, true],
    ['example.com', 'badexample.com', 8443, false],
    ['gw.example.com', 'example.com', 8443, false],
    ['other.example, gw.example.com', 'gw.example.com', 8443, true],
    ['gw.example.com:8443', 'gw.example.com', 8443, true],
    ['gw.example.com:443', 'gw.example.com', 8443, false],
    ['127.0.0.1', '127.0.0.1', 8443, true],
    ['0.0.1', '127.0.0.1', 8443, false],
    ['10.0.0.0/8', '10.7.8.9', 8443, true],
    ['10.0.0.0/8', '11.7.8.9', 8443, false],
    ['10.0.0.0/99', '10.7.8.9', 8443, false],
    ['10.0.0.0/8', 'gw.example.com', 8443, false],
    ['fd00::/8', 'fd12::1', 8443, true],
    ['fd00::/8', '10.0.0.1', 8443, false],
    ['::1', '::1', 8443, true],
    ['[::1]:8443', '::1', 8443, true],
    ['[::1]:443', '::1', 8443, false],
    [',. ,', 'gw.example.com', 8443, false],
  ]
  for (const [noProxy, host, port, around] of table)
    assert.equal(goesAround(noProxy, host, port), around, `${noProxy} ${host}:${port}`)
})

test('HTTPS_PROXY names the proxy: lower case first, plain HTTP without a scheme, and its password is never said', () => {
  const host = (environment: Record<string, string>) => httpsProxy(environment, 'gw.example.com', 8443)?.host
  assert.equal(host({}), undefined)
  assert.equal(host({ HTTPS_PROXY: '', HTTP_PROXY: 'http://plain:1' }), undefined)
  assert.equal(host({ HTTPS_PROXY: 'http://upper:3128', https_proxy: 'http://lower:3128' }), 'lower:3128')
  assert.equal(host({ HTTPS_PROXY: 'proxy.example.com:3128' }), 'proxy.example.com:3128')
  assert.equal(host({ HTTPS_PROXY: 'http://me:hunter2@proxy:3128/' }), 'proxy:3128')
  assert.equal(host({ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'example.com' }), undefined)
  assert.equal(host({ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '*', no_proxy: 'other' }), 'proxy:3128')
  for (const wrong of ['socks5://proxy:1080', 'http://', 'http://me:%zz-hunter2@proxy:1', 'ftp://hunter2@x'])
    assert.throws(
      () => host({ HTTPS_PROXY: wrong }),
      (error: Error & { reason?: string }) =>
        error.reason === 'usage.invalid' && !JSON.stringify(error).includes('hunter2'),
      wrong,
    )
})
