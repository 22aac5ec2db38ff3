import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import { paths } from '../paths.ts'
import { Wordmark } from '../ui/wordmark.tsx'

interface DoorPageProps {
  /** The document's title. */
  readonly title: string
  readonly children: ReactNode
}

/** A page outside the frame that says one thing. */
export function DoorPage({ title, children }: DoorPageProps) {
  useEffect(() => {
    document.title = `${title} · Sallyport`
  }, [title])
  return (
    <div className="flex min-h-dvh flex-col bg-surface">
      <header className="border-b border-rule bg-ground px-4 py-3.5 wide:px-6">
        <Link to={paths.home} className="text-ink no-underline">
          <Wordmark />
        </Link>
      </header>
      <main id="main" className="px-4 py-8 wide:px-12">
        {children}
      </main>
    </div>
  )
}
