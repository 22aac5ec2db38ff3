/** `1 key`, `2 keys`, `no keys`: a number and its noun, whose plural ends in s. */
export function counted(number: number, noun: string): string {
  return `${number === 0 ? 'no' : number} ${noun}${number === 1 ? '' : 's'}`
}
