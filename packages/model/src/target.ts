import type { TargetId } from './ids.ts'

/** A machine behind the gateway, known by name. */
export interface Target {
  readonly id: TargetId
  /** What users type; unique, lower-case. */
  readonly name: string
  /** IP address or DNS name that the gateway dials. */
  readonly address: string
  /** TCP port of its main service. */
  readonly port: number
  /** Policy tags, with their prefix: `tag:prod`. */
  readonly tags: readonly string[]
  /** Host keys it is known by: lines of `type base64`. */
  readonly hostKeys: readonly string[]
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** Longest target name, in characters: that of a DNS name. */
export const TARGET_NAME_MAX = 253
const TARGET_NAME = /^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?$/
const TAG = /^tag:[a-zA-Z][a-zA-Z0-9-]*$/

/** Whether a text may name a target: lower-case letters, digits, `.`, `_`, `-`, and not an all-numeric or dotted number. */
export function isTargetName(text: string): boolean {
  return text.length <= TARGET_NAME_MAX && TARGET_NAME.test(text) && !/^[0-9.]+$/.test(text)
}

/** Whether a text is a policy tag: `tag:` and a name that starts with a letter. */
export function isTag(text: string): boolean {
  return TAG.test(text)
}
