/** Columns of the log in a wide window. */
export const AUDIT_GRID =
  'wide:grid-cols-[7rem_5.25rem_minmax(0,1.25fr)_minmax(0,1fr)_minmax(0,1.4fr)_minmax(6.75rem,0.9fr)_4.5rem]'
