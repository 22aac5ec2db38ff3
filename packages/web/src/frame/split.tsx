import { type ReactNode, useEffect, useRef } from 'react'
import { useNarrow } from '../ui/use-narrow.ts'
import { paneStyle, usePaneWidth } from './pane-width.ts'
import { SplitHandle } from './split-handle.tsx'

interface SplitProps {
  readonly children: ReactNode
  /** What is known of the chosen row; below the list in a narrow window. */
  readonly aside: ReactNode
  /** Id of the chosen row; without one there is no pane. Another one is brought into view where it stands below the list. */
  readonly shows: string | undefined
  /** What the pane is called. */
  readonly label: string
}

/** Work at the left and a pane at the right, with one hairline between them. */
export function Split({ children, aside, shows, label }: SplitProps) {
  const narrow = useNarrow()
  const [width, setWidth] = usePaneWidth()
  const pane = useRef<HTMLElement>(null)
  useEffect(() => {
    if (narrow && shows !== undefined) pane.current?.scrollIntoView({ block: 'start' })
  }, [narrow, shows])
  return (
    <div className="flex min-h-full flex-col border-t border-rule wide:absolute wide:inset-0 wide:flex-row">
      <div className="min-h-0 min-w-0 flex-1 wide:overflow-y-auto">{children}</div>
      {shows !== undefined && (
        <>
          <SplitHandle label={label} controls="pane" width={width} onChange={setWidth} />
          <aside
            id="pane"
            ref={pane}
            aria-label={label}
            style={paneStyle(width)}
            className="flex-none scroll-mt-14 border-t border-rule p-5 max-wide:px-gutter wide:w-(--pane-width) wide:max-w-[60%] wide:overflow-y-auto wide:border-t-0"
          >
            {aside}
          </aside>
        </>
      )}
    </div>
  )
}
