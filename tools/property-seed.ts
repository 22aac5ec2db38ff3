/**
 * Loaded before each test file (`--import`): its properties draw from one seed, so that a commit that passed passes again and
 * one that failed fails again, whoever runs it. New cases are looked for by `npm run properties`.
 */
import * as fc from 'fast-check'

const FIXED_SEED = 1

fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? FIXED_SEED) })
