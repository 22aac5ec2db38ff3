/** A key that does the same. Hidden from readers of the screen: the control itself says it. */
export function KeyCap({ children }: { readonly children: string }) {
  return (
    <span
      aria-hidden
      className="inline-block min-w-[18px] rounded-chip border border-b-2 border-rule-2 bg-surface px-1 text-center text-xs leading-[15px] text-ink-3 max-wide:hidden"
    >
      {children}
    </span>
  )
}
