/** One decoder or machine under the fuzzer: what a `*.fuzz.ts` file exports a list of, as `fuzzTargets`. */
export interface FuzzTarget {
  /** `package/folder/name`; unique, and the name of its corpus file. */
  readonly name: string
  /** Takes any bytes. Whatever it throws is a crash: expected errors are caught inside, broken oracles are thrown. */
  run(input: Uint8Array): void | Promise<void>
  /** Valid inputs to start from. */
  readonly seeds: readonly Uint8Array[]
  /** Longest input to try, in bytes; 4,096 unless told. */
  readonly maxBytes?: number
}

/** Longest input where the target does not say. */
export const DEFAULT_MAX_BYTES = 4096
