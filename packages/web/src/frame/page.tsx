import { useRouter } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'

interface PageProps {
  readonly title: ReactNode
  /** The document's title, where `title` is more than a text. */
  readonly name?: string
  /** One line of truth about the page; leave it out where nothing true and useful can be said. */
  readonly state?: ReactNode
  /** At the right, at most one of them filled. */
  readonly acts?: ReactNode
  /** Where the page hangs: "Users". */
  readonly crumb?: ReactNode
  /** Below the head: search, segments, filters. */
  readonly tools?: ReactNode
  readonly children: ReactNode
}

/** A page inside the frame: head, tool row, and the work, which scrolls by itself. */
export function Page({ title, name, state, acts, crumb, tools, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const shown = name ?? (typeof title === 'string' ? title : 'Sallyport')
  useEffect(() => {
    document.title = `${shown} · Sallyport`
  }, [shown])
  const router = useRouter()
  useEffect(() => {
    // The page that the document was loaded on is read from its beginning; after going to another, from its title.
    if (router.state.resolvedLocation === undefined) return
    if (document.querySelector('[role=dialog], [role=alertdialog]') === null)
      heading.current?.focus({ preventScroll: true })
  }, [router])
  return (
    <main id="main" className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface wide:overflow-hidden">
      <header className="flex flex-wrap items-start gap-x-6 gap-y-3 px-gutter pt-[18px] wide:flex-nowrap wide:pt-[22px]">
        <div className="min-w-0 flex-1 basis-full wide:basis-auto">
          {crumb !== undefined && <p className="text-ink-3">{crumb}</p>}
          <h1 ref={heading} tabIndex={-1} className="wrap-anywhere">
            {title}
          </h1>
          {state !== undefined && (
            <p className="mt-0.5 max-w-[92ch] text-md text-ink-2 [&_strong]:font-label [&_strong]:text-ink">{state}</p>
          )}
        </div>
        {acts !== undefined && <div className="flex flex-wrap gap-2 pt-0.5 wide:flex-none">{acts}</div>}
      </header>
      {tools !== undefined && (
        <div className="flex flex-wrap items-center gap-2.5 px-gutter pt-3.5 pb-3 wide:flex-nowrap">{tools}</div>
      )}
      <div className="relative min-h-0 flex-1 wide:overflow-y-auto">{children}</div>
    </main>
  )
}
