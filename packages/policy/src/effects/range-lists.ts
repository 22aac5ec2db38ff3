import { formatIpRange, type IpRange } from '../address/ip-range.ts'

/** Numbers for lists of ranges, the same for equal ones: an IP set that many rules name is written out once. */
export class RangeLists {
  readonly #byText = new Map<string, number>()
  readonly #byList = new Map<readonly IpRange[], number>()

  number(ranges: readonly IpRange[]): number {
    let number = this.#byList.get(ranges)
    if (number === undefined) {
      const text = ranges.map((range) => `${formatIpRange(range)}${range.remnant === true ? ' remnant' : ''}`).join()
      number = this.#byText.get(text) ?? this.#byText.size
      this.#byText.set(text, number)
      this.#byList.set(ranges, number)
    }
    return number
  }
}
