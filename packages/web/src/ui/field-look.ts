/** The box of an input: an edge and no ground. */
export const BOX =
  'flex items-center gap-2 min-h-control px-2.5 border border-edge rounded-control bg-surface text-ink w-full min-w-0 ' +
  'has-[:focus-visible]:outline-(length:--focus-width) has-[:focus-visible]:outline-focus has-[:focus-visible]:-outline-offset-1 ' +
  'has-[[aria-invalid=true]]:border-stop has-[[aria-invalid=true]]:shadow-[inset_0_0_0_1px_var(--stop)]'
export const INPUT = 'flex-1 min-w-0 border-0 bg-transparent p-0 outline-0 text-sm'
export const FIELD = 'grid content-start gap-1'
export const LABEL = 'text-sm font-label'
export const HINT = 'text-xs text-ink-3'
export const ERROR = 'flex gap-1.5 text-xs text-stop'
