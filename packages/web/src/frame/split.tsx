import type { ReactNode } from 'react'

interface SplitProps {
  readonly children: ReactNode
  /** What is known of the chosen row; below the list in a narrow window. */
  readonly aside: ReactNode | undefined
  /** What the pane is called. */
  readonly label: string
}

/** Work at the left and a pane at the right, with one hairline between them. */
export function Split({ children, aside, label }: SplitProps) {
  return (
    <div className="flex min-h-full flex-col border-t border-rule wide:absolute wide:inset-0 wide:flex-row">
      <div className="min-h-0 min-w-0 flex-1 wide:overflow-y-auto">{children}</div>
      {aside !== undefined && (
        <aside
          aria-label={label}
          className="flex-none border-t border-rule p-5 wide:w-pane wide:overflow-y-auto wide:border-t-0 wide:border-l"
        >
          {aside}
        </aside>
      )}
    </div>
  )
}
