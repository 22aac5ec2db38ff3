import { type ReactNode, useEffect } from 'react'
import { Wordmark } from '../../ui/wordmark.tsx'
import { Wall } from './wall.tsx'

interface GateProps {
  /** The document's title. */
  readonly name: string
  readonly title: ReactNode
  readonly lead?: ReactNode
  readonly children: ReactNode
}

/** The sign-in page's two halves: the wall, and what to do before it. */
export function Gate({ name, title, lead, children }: GateProps) {
  useEffect(() => {
    document.title = `${name} · Sallyport`
  }, [name])
  return (
    <div className="grid min-h-dvh grid-cols-1 grid-rows-[11rem_1fr] wide:grid-cols-[minmax(0,1.35fr)_minmax(0,1fr)] wide:grid-rows-1">
      <div className="relative overflow-hidden border-b border-rule bg-ground wide:border-r wide:border-b-0">
        <Wall />
      </div>
      <main
        id="main"
        className="flex flex-col bg-surface px-4 pt-6 pb-8 wide:justify-center wide:px-16 wide:py-12 [&>*]:w-full wide:[&>*]:max-w-[25rem]"
      >
        <header>
          <Wordmark />
          <h1 className="mt-4 text-[1.5rem] leading-[1.875rem] tracking-door wrap-anywhere wide:mt-8 wide:text-2xl">
            {title}
          </h1>
          {lead !== undefined && <p className="mt-2 text-md text-ink-2">{lead}</p>}
        </header>
        {children}
      </main>
    </div>
  )
}
