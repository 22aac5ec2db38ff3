import { type ReactNode, useEffect } from 'react'
import { Wordmark } from '../../ui/wordmark.tsx'

interface JoinFrameProps {
  readonly gateway?: string
  /** The document's title, and the heading above the steps. */
  readonly title: string
  readonly state?: ReactNode
  /** What the bar says at its right. */
  readonly note?: ReactNode
  readonly steps?: ReactNode
  readonly children: ReactNode
}

/** Around the steps of a one-time link: the bar, the ledger of steps, the step itself. */
export function JoinFrame({ gateway, title, state, note, steps, children }: JoinFrameProps) {
  useEffect(() => {
    document.title = `${title} · Sallyport`
  }, [title])
  return (
    <div className="flex min-h-dvh flex-col bg-surface">
      <header className="flex items-center justify-between gap-4 border-b border-rule bg-ground px-4 py-3.5 wide:px-6">
        <Wordmark gateway={gateway} />
        {note !== undefined && <span className="text-right text-ink-3 max-wide:hidden">{note}</span>}
      </header>
      <div className="grid flex-1 grid-cols-1 content-start wide:grid-cols-[28rem_minmax(0,1fr)] wide:content-stretch">
        <nav
          aria-label="Steps"
          className="border-b border-rule bg-ground px-4 py-5 wide:border-r wide:border-b-0 wide:py-8 wide:pr-8 wide:pl-10"
        >
          <h1>{title}</h1>
          {state !== undefined && <p className="mt-1 mb-[18px] text-ink-2">{state}</p>}
          {steps}
        </nav>
        <main id="main" className="flex max-w-[54rem] flex-col px-4 pt-5 pb-6 wide:px-12 wide:pt-8">
          {children}
        </main>
      </div>
    </div>
  )
}
