/** Columns of the log in a wide window. */
export const AUDIT_GRID = 'wide:grid-cols-[8.5rem_6rem_12.5rem_minmax(0,1fr)_minmax(0,1.6fr)_minmax(0,0.9fr)_4.5rem]'
