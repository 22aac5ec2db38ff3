/** Between the first way and the others. */
export function Or() {
  return (
    <div className="flex items-center gap-3 text-xs text-ink-3 before:flex-1 before:border-t before:border-rule after:flex-1 after:border-t after:border-rule">
      <span>or</span>
    </div>
  )
}
