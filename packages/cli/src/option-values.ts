import { InvalidArgumentError, Option } from 'commander'
import { parseSpan } from './parse-span.ts'

const PORT_MAX = 65_535
const accumulating = new WeakSet<Option>()

/**
 * An option that may be given again; its value is the list of all that was given, undefined where it was not. With choices, only
 * those.
 */
export function repeatable(flags: string, description: string, choices?: readonly string[]): Option {
  const option = new Option(flags, `${description}; may be given again`)
  if (choices !== undefined) option.choices(choices)
  option.argParser((value: string, before: readonly string[] | undefined) => {
    if (choices?.includes(value) === false) throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`)
    return [...(before ?? []), value]
  })
  accumulating.add(option)
  return option
}

export function isRepeatable(option: Option): boolean {
  return accumulating.has(option)
}

/** Reads a whole number from `min` to `max`, in plain decimal. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`Write a whole number from ${min} to ${max}.`)
    return value
  }
}

export const portNumber = wholeNumber(1, PORT_MAX)

/** Reads a span of time from `min` to `max` seconds. */
export function span(min: number, max: number, words: string): (text: string) => number {
  return (text) => {
    const seconds = parseSpan(text)
    if (seconds < min || seconds > max) throw new InvalidArgumentError(`Write a span ${words}.`)
    return seconds
  }
}

const DAY_S = 86_400
/** How long a user certificate may be valid: what the API takes. */
export const certificateSpan = span(60, DAY_S, 'from 1m to 24h')
/** How long an API token may be valid. */
export const tokenSpan = span(60, 366 * DAY_S, 'from 1m to 366d')
