import { InvalidArgumentError, Option } from 'commander'

const PORT_MAX = 65_535
const accumulating = new WeakSet<Option>()

/** An option that may be given again; its value is the list of all that was given, undefined where it was not. */
export function repeatable(flags: string, description: string): Option {
  const option = new Option(flags, `${description}; may be given again`)
  option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value])
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
