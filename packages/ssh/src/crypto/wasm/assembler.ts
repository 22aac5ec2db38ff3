/**
 * A WebAssembly assembler, just large enough for the kernels beside it: one memory, exported functions over i32
 * parameters, straight loops, and the SIMD instructions they use. It runs once when a kernel's module is loaded.
 *
 * Code is built from inside out: an expression is the bytes that leave its value on the stack, a statement the bytes
 * that leave nothing. So `i32.add(get(a), i32.const(4))` reads as it runs.
 *
 * Opcodes: WebAssembly Core Specification 2.0, §5.4.
 */

export type Code = readonly number[]
export type ValueType = 'i32' | 'i64' | 'v128'

/** What is used of the JavaScript API; Node's own type declarations leave it to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> }
}

const VALUE_TYPE = { i32: 0x7f, i64: 0x7e, v128: 0x7b } as const
const EMPTY_BLOCK = 0x40
const LOOP = 0x03
const IF = 0x04
const END = 0x0b
const BRANCH_IF = 0x0d
/** "\0asm", version 1. */
const MODULE_HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
const PAGE_BYTES = 65_536

/** A parameter or local variable of one function. */
export interface Local {
  readonly index: number
}

export interface FunctionSpec {
  readonly name: string
  readonly params: number
  /** Called once with the parameters and a maker of further locals; returns the body. The function returns nothing. */
  body(params: readonly Local[], local: (type: ValueType) => Local): Code
}

/** The bytes of a module that exports `memory` of `memoryBytes` (rounded up to pages) and the functions. */
export function assemble(memoryBytes: number, functions: readonly FunctionSpec[]): Uint8Array<ArrayBuffer> {
  const pages = Math.ceil(memoryBytes / PAGE_BYTES)
  const types = functions.map(({ params }) => [
    0x60,
    ...vector(Array.from({ length: params }, () => [VALUE_TYPE.i32])),
    0x00,
  ])
  const exports = functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)])
  return Uint8Array.from([
    ...MODULE_HEADER,
    ...section(1, vector(types)),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(5, vector([[0x01, ...unsigned(pages), ...unsigned(pages)]])),
    ...section(7, vector([[...text('memory'), 0x02, 0x00], ...exports])),
    ...section(10, vector(functions.map(functionCode))),
  ])
}

/** A module's exports, instantiated. `F` names the functions. */
export function instantiate<F extends string>(
  memoryBytes: number,
  functions: readonly (FunctionSpec & { readonly name: F })[],
): { readonly memory: ArrayBuffer } & Readonly<Record<F, (...params: number[]) => void>> {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble(memoryBytes, functions)))
  const memory = exports['memory'] as { readonly buffer: ArrayBuffer }
  return { ...(exports as Record<F, (...params: number[]) => void>), memory: memory.buffer }
}

function functionCode(spec: FunctionSpec): Code {
  const params = Array.from({ length: spec.params }, (_, index) => ({ index }))
  const locals: Code[] = []
  const body = spec.body(params, (type) => {
    locals.push([1, VALUE_TYPE[type]])
    return { index: spec.params + locals.length - 1 }
  })
  const code = [...vector(locals), ...body, END]
  return [...unsigned(code.length), ...code]
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content]
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()]
}

function text(name: string): Code {
  return vector(Array.from(name, (character) => [character.charCodeAt(0)]))
}

/** LEB128. */
function unsigned(value: number): Code {
  const bytes: number[] = []
  let rest = value
  do {
    const byte = rest & 0x7f
    rest >>>= 7
    bytes.push(rest === 0 ? byte : byte | 0x80)
  } while (rest !== 0)
  return bytes
}

function signed(value: bigint): Code {
  const bytes: number[] = []
  let rest = value
  for (;;) {
    const byte = Number(rest & 0x7fn)
    rest >>= 7n
    if ((rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0)) return [...bytes, byte]
    bytes.push(byte | 0x80)
  }
}

const binary =
  (...opcode: number[]) =>
  (a: Code, b: Code): Code => [...a, ...b, ...opcode]
const unary =
  (...opcode: number[]) =>
  (a: Code): Code => [...a, ...opcode]
/** SIMD opcodes carry the prefix 0xfd. */
const simd = (opcode: number) => binary(0xfd, ...unsigned(opcode))
/** Shifts take their count as a number: no kernel shifts by data. */
const simdShift =
  (opcode: number) =>
  (a: Code, count: number): Code => [...a, ...i32.const(count), 0xfd, ...unsigned(opcode)]
/** `address` plus a constant offset; alignment is a hint, and 0 hints nothing. */
const load =
  (...opcode: number[]) =>
  (address: Code, offset = 0): Code => [...address, ...opcode, 0, ...unsigned(offset)]
const store =
  (...opcode: number[]) =>
  (address: Code, value: Code, offset = 0): Code => [...address, ...value, ...opcode, 0, ...unsigned(offset)]

export const get = ({ index }: Local): Code => [0x20, ...unsigned(index)]
export const set = ({ index }: Local, value: Code): Code => [...value, 0x21, ...unsigned(index)]
export const block = (...statements: Code[]): Code => statements.flat()

/** Runs the body, and again as long as `condition` is not zero afterwards. */
export const doWhile = (condition: Code, ...statements: Code[]): Code => [
  LOOP,
  EMPTY_BLOCK,
  ...statements.flat(),
  ...condition,
  BRANCH_IF,
  0,
  END,
]

/** Runs the body if `condition` is not zero. */
export const when = (condition: Code, ...statements: Code[]): Code => [
  ...condition,
  IF,
  EMPTY_BLOCK,
  ...statements.flat(),
  END,
]

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(BigInt(value | 0))],
  load: load(0x28),
  load16s: load(0x2e),
  store: store(0x36),
  store16: store(0x3b),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shl: binary(0x74),
  shrS: binary(0x75),
  shrU: binary(0x76),
  ne: binary(0x47),
  ltS: binary(0x48),
  ltU: binary(0x49),
  gtS: binary(0x4a),
  /** `a` where `condition` is not zero, else `b`; both are computed. */
  select: (a: Code, b: Code, condition: Code): Code => [...a, ...b, ...condition, 0x1b],
  wrap: unary(0xa7),
} as const

export const i64 = {
  const: (value: bigint): Code => [0x42, ...signed(value)],
  load32u: load(0x35),
  store32: store(0x3e),
  add: binary(0x7c),
  mul: binary(0x7e),
  and: binary(0x83),
  shrU: binary(0x88),
  extendU: unary(0xad),
} as const

export const v128 = {
  load: load(0xfd, 0),
  store: store(0xfd, 11),
  /** Sixteen lanes of the same byte pattern are made by splats; this one is for zero and shuffles' partners. */
  zero: [0xfd, 12, ...Array<number>(16).fill(0)] as Code,
  and: simd(78),
  or: simd(80),
  xor: simd(81),
  /** Byte i of the result is byte `lanes[i]` of `a` (0…15) followed by `b` (16…31). */
  shuffle: (a: Code, b: Code, lanes: readonly number[]): Code => [...a, ...b, 0xfd, 13, ...lanes],
} as const

export const i16x8 = {
  splat: unary(0xfd, 16),
  add: simd(142),
  sub: simd(145),
  mul: simd(149),
  /** (a·b + 2^14) >> 15 on signed lanes. */
  q15mulrSat: simd(130),
} as const

export const i32x4 = {
  splat: unary(0xfd, 17),
  shl: simdShift(171),
  shrU: simdShift(173),
  add: simd(174),
  extractLane: (a: Code, lane: number): Code => [...a, 0xfd, 27, lane],
  /** Lanes 2i and 2i+1 of signed 16 bits multiplied and added pairwise. */
  dotI16x8: simd(186),
} as const

export const i64x2 = {
  splat: unary(0xfd, 18),
  shl: simdShift(203),
  shrU: simdShift(205),
  add: simd(206),
  extractLane: (a: Code, lane: number): Code => [...a, 0xfd, 29, lane],
  extmulLowU: simd(222),
  extmulHighU: simd(223),
} as const
