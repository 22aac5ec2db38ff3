/** Versions are counted by the store in 32 bits at most. */
export const VERSION_MAX = 2 ** 31
