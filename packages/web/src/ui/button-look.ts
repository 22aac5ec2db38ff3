import { cx } from './cx.ts'

/** `primary` is filled, one in a region; `stop` destroys, and is filled only in its own dialog. */
export type ButtonKind = 'primary' | 'default' | 'quiet' | 'plain' | 'stop' | 'stop-fill'
export type ButtonSize = 'sm' | 'md' | 'lg'

export interface ButtonLook {
  readonly kind?: ButtonKind
  readonly size?: ButtonSize
  /** A mark alone: square. */
  readonly square?: boolean
  readonly wide?: boolean
}

const KINDS: Readonly<Record<ButtonKind, string>> = {
  primary: 'bg-accent-fill border-accent-fill text-on-accent hover:bg-accent-press hover:border-accent-press',
  default: 'bg-surface border-rule-2 text-ink hover:bg-hover hover:border-edge',
  quiet:
    'bg-transparent border-transparent text-accent hover:bg-hover aria-expanded:bg-accent-tint aria-expanded:border-accent-edge',
  plain: 'bg-transparent border-transparent text-ink-2 hover:bg-hover hover:text-ink aria-expanded:bg-hover',
  stop: 'bg-surface border-stop-edge text-stop hover:bg-stop-tint hover:border-stop',
  'stop-fill': 'bg-stop-fill border-stop-fill text-on-stop hover:bg-stop-press hover:border-stop-press',
}
const SIZES: Readonly<Record<ButtonSize, string>> = {
  sm: 'h-control-sm px-2 text-sm',
  md: 'h-control px-3 text-sm',
  lg: 'h-10 px-[1.125rem] text-md pointer-coarse:h-12',
}
const OFF = 'bg-sunk border-rule text-ink-3'

/** How a button, or a link that looks like one, is drawn. */
export function buttonClass({ kind = 'default', size = 'md', square, wide }: ButtonLook, off = false): string {
  return cx(
    'inline-flex items-center justify-center gap-1.5 border rounded-control font-label leading-none whitespace-nowrap',
    'no-underline cursor-default select-none transition-[background-color,border-color] duration-(--quick) ease-ours',
    SIZES[size],
    square === true && (size === 'sm' ? 'w-control-sm px-0!' : 'w-control px-0!'),
    wide === true && 'w-full',
    off ? OFF : KINDS[kind],
  )
}
