import type { ReactNode } from 'react'

/** The buttons of a step, at its end. */
export function StepFoot({ back, children }: { readonly back?: ReactNode; readonly children: ReactNode }) {
  return (
    <footer className="mt-8 flex flex-wrap items-center gap-2 border-t border-rule pt-3.5 wide:mt-auto">
      {back}
      <span className="flex-1" />
      {children}
    </footer>
  )
}
