/** What floats: a menu, a list that opened. */
export const FLOAT =
  'bg-float border border-rule-2 rounded-float shadow-menu transition-[opacity,translate] duration-(--calm) ease-ours ' +
  'data-entering:opacity-0 data-entering:-translate-y-1 data-exiting:opacity-0'
/** In a narrow window what floats is a sheet at the bottom, before a page that steps back. */
export const SHEET =
  'max-wide:fixed! max-wide:inset-x-0! max-wide:top-auto! max-wide:bottom-0! max-wide:w-auto! max-wide:max-w-none! max-wide:max-h-[80dvh]! ' +
  'max-wide:rounded-b-none max-wide:border-x-0 max-wide:border-b-0 max-wide:pb-4! max-wide:shadow-[0_0_0_100vmax_var(--scrim)]'
/** A line of it: mark, name with its detail, key. */
export const ITEM =
  'grid grid-cols-[16px_minmax(0,1fr)_auto] items-start gap-x-2.5 rounded-control py-1.5 pr-2.5 pl-2 text-sm text-ink no-underline cursor-default ' +
  'data-hovered:bg-accent-tint data-focused:bg-accent-tint data-focus-visible:-outline-offset-2 data-disabled:text-ink-3 ' +
  'pointer-coarse:py-2.5 forced-colors:data-focused:outline-2 forced-colors:data-focused:outline-[Highlight]'
