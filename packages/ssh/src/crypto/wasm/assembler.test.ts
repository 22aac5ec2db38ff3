import assert from 'node:assert/strict'
import { test } from 'node:test'
import { block, doWhile, type FunctionSpec, get, i32, instantiate, type Local, set, v128, when } from './assembler.ts'

const spec = (params: number, body: (...params: Local[]) => readonly number[]): FunctionSpec & { name: 'run' } => ({
  name: 'run',
  params,
  body: (given) => body(...given),
})

test('a module has memory of whole pages and its functions', () => {
  const kernel = instantiate(65_537, [spec(2, (address, value) => i32.store(read(address), read(value)))])
  assert.equal(kernel.memory.byteLength, 2 * 65_536)
  kernel.run(8, -5)
  assert.equal(new Int32Array(kernel.memory)[2], -5)
})

test('constants of every LEB128 length come through', () => {
  for (const value of [0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8193, 0x7fff_ffff, -0x8000_0000, 0xffff_ffff]) {
    const kernel = instantiate(8, [spec(0, () => i32.store(i32.const(0), i32.const(value)))])
    kernel.run()
    assert.equal(new Int32Array(kernel.memory)[0], value | 0, `${value}`)
  }
})

test('offsets beyond one LEB128 byte reach their address', () => {
  const kernel = instantiate(70_000, [spec(0, () => i32.store(i32.const(4), i32.const(7), 66_000))])
  kernel.run()
  assert.equal(new Int32Array(kernel.memory)[66_004 / 4], 7)
})

test('loops run while their condition holds, conditionals only if it does', () => {
  const sum: FunctionSpec & { name: 'run' } = {
    name: 'run',
    params: 1,
    body: ([count], local) => {
      const total = local('i32')
      return block(
        when(
          read(count),
          doWhile(
            read(count),
            set(total, i32.add(get(total), read(count))),
            set(count as Local, i32.sub(read(count), i32.const(1))),
          ),
        ),
        i32.store(i32.const(0), get(total)),
      )
    },
  }
  const kernel = instantiate(8, [sum])
  for (const [count, expected] of [
    [0, 0],
    [1, 1],
    [100, 5050],
  ] as const) {
    kernel.run(count)
    assert.equal(new Int32Array(kernel.memory)[0], expected)
  }
})

test('shuffles take bytes of both vectors', () => {
  const lanes = [31, 0, 16, 15, ...Array<number>(12).fill(1)]
  const body = () => v128.store(i32.const(32), v128.shuffle(v128.load(i32.const(0)), v128.load(i32.const(16)), lanes))
  const kernel = instantiate(48, [spec(0, body)])
  const memory = new Uint8Array(kernel.memory)
  for (let i = 0; i < 32; i++) memory[i] = 100 + i
  kernel.run()
  assert.deepEqual(
    Array.from(memory.subarray(32, 48)),
    lanes.map((lane) => 100 + lane),
  )
})

function read(local: Local | undefined): readonly number[] {
  return get(local as Local)
}
