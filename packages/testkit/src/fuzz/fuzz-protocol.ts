/** What the supervisor gives a fuzzing thread. */
export interface FuzzJob {
  /** Path of the `*.fuzz.ts` file. */
  readonly file: string
  readonly targetName: string
  /** Milliseconds to run. */
  readonly budgetMs: number
  readonly maxExecutions?: number
  readonly seed: number
  /** Two 32-bit numbers (executions, length of the present input), then the present input. */
  readonly progress: SharedArrayBuffer
}

/** What the thread answers. Errors cross threads as text. */
export interface FuzzAnswer {
  readonly executions: number
  /** Distinct (place, count class) pairs reached. */
  readonly coverage: number
  /** Places in the instrumented code. */
  readonly places: number
  readonly corpus: readonly Uint8Array[]
  readonly crash?: { readonly input: Uint8Array; readonly error: string }
}

/** Bytes of the two numbers in front of the input in `progress`. */
export const PROGRESS_HEADER_BYTES = 8
