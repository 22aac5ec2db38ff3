import type { ColumnDataType, CreateTableBuilder, Kysely } from 'kysely'

/** What engines call the same things. */
export interface ColumnTypes {
  /** Small whole numbers and flags. */
  readonly integer: ColumnDataType
  /** Whole numbers of up to 53 bits: times, sequences. */
  readonly long: ColumnDataType
  readonly text: ColumnDataType
  readonly bytes: ColumnDataType
  /** Ends every `create table`, e.g. to make the engine check types. */
  table<T extends string, C extends string>(builder: CreateTableBuilder<T, C>): CreateTableBuilder<T, C>
}

/** One step forward; there is no step back. The schema before is not known to the compiler, hence `unknown`. */
export type Migration = (db: Kysely<unknown>, types: ColumnTypes) => Promise<void>
