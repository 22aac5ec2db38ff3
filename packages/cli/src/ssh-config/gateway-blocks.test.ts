import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseName, type GatewayBlock, namesIn, readBlocks, withBlock, writtenBlocks } from './gateway-blocks.ts'

const A: GatewayBlock = {
  name: 'sallyport',
  server: 'https://a.example.com:8443',
  text: `Match host sallyport,a.example.com,db1 exec "'/bin/sallyport' cert renew"
  CertificateFile "/x"

Host sallyport
  HostName a.example.com

Host db1 web-2
  ProxyJump sallyport
`,
}
const B: GatewayBlock = {
  name: 'work',
  server: 'https://b.example.com:8443',
  text: 'Host work\n  HostName b.example.com\n',
}

test('what is written is read again, block by block, and each is replaced in its place', () => {
  const text = writtenBlocks([A, B])
  assert.match(
    text,
    /^# Made by `sallyport ssh-config`[^\n]*\n\n# gateway sallyport https:\/\/a\.example\.com:8443\nMatch/,
  )
  assert.deepEqual(readBlocks(text), [A, B])
  assert.deepEqual(readBlocks(''), [])
  assert.deepEqual(readBlocks('# Made by an older version\nHost sallyport\n'), [])
  const blocks = readBlocks(text)
  const next = { ...A, text: 'Host sallyport\n' }
  assert.deepEqual(withBlock(blocks, blocks[0], next), [next, B])
  assert.deepEqual(withBlock([A], undefined, B), [A, B])
})

test('names of blocks are those after Host and Match host', () => {
  assert.deepEqual([...namesIn([A, B])], ['sallyport', 'a.example.com', 'db1', 'web-2', 'work'])
})

test('the first gateway is sallyport, others have their host behind it, and a name that was given stays', () => {
  const server = 'https://gw.example.com:9443'
  const choose = (others: readonly GatewayBlock[], asked?: string, before?: string) =>
    chooseName(others, { asked, before, server })
  assert.equal(choose([]), 'sallyport')
  assert.equal(choose([A]), 'sallyport-gw.example.com')
  assert.equal(choose([A, { ...B, text: 'Host sallyport-gw.example.com\n' }]), 'sallyport-gw.example.com-9443')
  assert.equal(
    chooseName([A], { asked: undefined, before: undefined, server: 'https://[2001:db8::1]' }),
    'sallyport-2001db81',
  )
  assert.equal(chooseName([A], { asked: undefined, before: undefined, server: 'local' }), 'sallyport-local')
  assert.equal(choose([A], undefined, 'home'), 'home')
  assert.equal(choose([A], 'office', 'home'), 'office')
  for (const taken of ['sallyport', 'db1']) assert.throws(() => choose([A], taken), { reason: 'usage.invalid' })
  for (const hostile of ['a b', '../x', 'a\nHost *', '-o', '*', '', 'a/b', 'x'.repeat(64), 'a,b', '%h'])
    assert.throws(() => choose([], hostile), { reason: 'usage.invalid' }, hostile)
})
