/** Streamlined NTRU Prime 761 (NTRU Prime: round 3, §3.3): polynomials mod x^P - x - 1, coefficients mod Q or mod 3. */
export const P = 761
export const Q = 4591
/** Non-zero coefficients of a short polynomial. */
export const W = 286
/** Coefficients mod Q are kept in -HALF_Q…HALF_Q. */
export const HALF_Q = (Q - 1) / 2
/** What rounding to multiples of 3 leaves of Q values. */
export const ROUNDED_VALUES = (Q + 2) / 3

export const PUBLIC_KEY_BYTES = 1158
export const ROUNDED_BYTES = 1007
export const SMALL_BYTES = 191
export const HASH_BYTES = 32
export const CIPHERTEXT_BYTES = ROUNDED_BYTES + HASH_BYTES
