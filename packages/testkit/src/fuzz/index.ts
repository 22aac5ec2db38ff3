export { corpusPath, crashPath, readCorpus, writeCorpus } from './corpus-file.ts'
export type { FuzzAnswer } from './fuzz-protocol.ts'
export { DEFAULT_MAX_BYTES, type FuzzTarget } from './fuzz-target.ts'
export { superviseFuzz } from './supervise.ts'
