/** `1 key`, `2 keys`, `no keys`: a number and its noun, whose plural ends in s unless told. */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${number === 0 ? 'no' : number} ${number === 1 ? noun : plural}`
}
