import { createHmac } from 'node:crypto'
import { hashRecoveryCode } from './recovery-codes.ts'
import { totpStep } from './totp.ts'

const text = new TextDecoder()
const utf8 = (value: string) => new TextEncoder().encode(value)
const SECRET = new Uint8Array(20).fill(3)
const NOW = 1_700_000_000_000
const STEP = Math.floor(NOW / 30_000)

/** RFC 4226 §5.3, written out. */
function hotp(step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', SECRET).update(counter).digest()
  const offset = (digest.at(-1) ?? 0) & 0xf
  return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0')
}

const around = [STEP - 1, STEP, STEP + 1]
const CODE = 'k3f9-2qxw-0000-zzzz'

export const fuzzTargets = [
  {
    name: 'identity/codes/totp',
    seeds: [...around.map(hotp), hotp(STEP - 2), `${hotp(STEP).slice(0, 3)} ${hotp(STEP).slice(3)}`].map(utf8),
    run(input: Uint8Array): void {
      const typed = text.decode(input)
      const step = totpStep(SECRET, typed, NOW)
      const digits = typed.replaceAll(/\s/g, '')
      const right = around.filter((each) => hotp(each) === digits)
      if (step === undefined ? right.length > 0 : !right.includes(step)) throw new Error('oracle: RFC 6238')
    },
  },
  {
    name: 'identity/codes/recovery',
    seeds: [CODE, CODE.toUpperCase(), 'K3F9 2QXW oooo zzzz'].map(utf8),
    run(input: Uint8Array): void {
      const typed = text.decode(input)
      const hash = hashRecoveryCode('usr_a', typed)
      if (!/^[0-9a-f]{64}$/.test(hash)) throw new Error('oracle: no hash')
      // Letters of other scripts may become others in company.
      const apart = /^[\0-\x7f]*$/.test(typed) ? typed.split('').join('- ') : typed
      if (hashRecoveryCode('usr_a', apart) !== hash) throw new Error('oracle: dashes and spaces matter')
      if (hashRecoveryCode('usr_b', typed) === hash) throw new Error('oracle: a code of two people')
      const plain = typed.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1')
      const same = plain === CODE.replaceAll('-', '')
      if (same !== (hash === hashRecoveryCode('usr_a', CODE))) throw new Error('oracle: another code opens')
    },
  },
]
