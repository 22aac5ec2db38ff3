import type { ReactNode } from 'react'
import { Mark } from './mark.tsx'

interface ToastBoxProps {
  readonly failed?: boolean
  readonly children: ReactNode
  readonly acts?: ReactNode
}

/** A toast as it is drawn. */
export function ToastBox({ failed, children, acts }: ToastBoxProps) {
  return (
    <div className="grid w-full max-w-96 grid-cols-[16px_minmax(0,1fr)_auto] items-start gap-2.5 rounded-float border border-rule-2 bg-float px-3 py-2.5 shadow-menu">
      <Mark name={failed === true ? 'error' : 'tick'} className={`mt-0.5 ${failed === true ? 'text-stop' : ''}`} />
      <span className="wrap-anywhere">{children}</span>
      {acts !== undefined && <span className="flex items-center gap-2">{acts}</span>}
    </div>
  )
}
