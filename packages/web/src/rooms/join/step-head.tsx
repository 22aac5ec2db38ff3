import { type ReactNode, useEffect, useRef } from 'react'

/** A step's title and what it is for; takes the focus, so that reading goes on here. */
export function StepHead({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <>
      <h2 ref={heading} tabIndex={-1} className="text-xl tracking-title outline-none!">
        {title}
      </h2>
      <div className="prose mb-5 text-ink-2">{children}</div>
    </>
  )
}
