import { type ReactNode, useEffect, useRef } from 'react'
import { useCall } from '../api/use-call.ts'
import { Toasts } from '../ui/toasts.tsx'
import { AskBar } from './ask-bar.tsx'
import { ProofDialog } from './proof-dialog.tsx'
import { useLeaveWhenOut } from './use-leave-when-out.ts'

interface AskPageProps {
  /** The document's title. */
  readonly name: string
  readonly title: ReactNode
  readonly lead?: ReactNode
  readonly children: ReactNode
  /** What is known about it, at the right. */
  readonly facts?: ReactNode
}

/** A page that asks one thing. The focus starts on its title, so that Enter decides nothing. */
export function AskPage({ name, title, lead, children, facts }: AskPageProps) {
  useLeaveWhenOut(useCall('auth.state'))
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${name} · Sallyport`
    heading.current?.focus()
  }, [name])
  return (
    <div className="flex min-h-dvh flex-col bg-surface">
      <AskBar />
      <main
        id="main"
        className="flex flex-1 flex-col px-4 pt-[18px] wide:grid wide:grid-cols-[minmax(0,27rem)_minmax(0,24rem)] wide:content-center wide:justify-center wide:px-6 wide:py-8"
      >
        <div className="contents wide:block wide:pr-16">
          <h1
            ref={heading}
            tabIndex={-1}
            className="text-[1.5rem] leading-[1.875rem] tracking-door outline-none! wide:text-2xl"
          >
            {title}
          </h1>
          {lead !== undefined && (
            <p className="mt-1.5 text-[0.9375rem] leading-[1.375rem] text-ink-2 wrap-anywhere wide:text-lg [&_strong]:text-ink">
              {lead}
            </p>
          )}
          {children}
        </div>
        {facts !== undefined && (
          <section
            aria-label="What we know about it"
            className="order-2 mt-3.5 flex-1 border-t border-rule pt-3.5 pb-5 wide:mt-0 wide:w-[calc(100%+4rem)] wide:border-t-0 wide:border-l wide:py-0 wide:pl-16"
          >
            <h2 className="mb-3.5">What we know about it</h2>
            {facts}
          </section>
        )}
      </main>
      <ProofDialog />
      <Toasts />
    </div>
  )
}
