/** The method `none`, RFC 4252 §5.2: off unless switched on; where it is on, the decider judges the bare name. */
import type { MethodVerdict } from './method.ts'

export function judgeNone(): MethodVerdict {
  return { next: 'decide', claim: { method: 'none', proved: false }, secrets: [] }
}
