import type { ReactNode } from 'react'

/** The buttons of a page that asks; at the bottom edge of a narrow window. */
export function AskActs({ children }: { readonly children: ReactNode }) {
  return (
    <div className="sticky bottom-0 order-3 -mx-4 border-t border-rule-2 bg-float px-4 pt-0.5 pb-3.5 shadow-menu wide:static wide:mx-0 wide:border-0 wide:bg-transparent wide:p-0 wide:shadow-none">
      {children}
    </div>
  )
}

/** Yes wide, no beside it. */
export function AskButtons({ children }: { readonly children: ReactNode }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-2.5 mid:grid-cols-[1fr_8rem] [&>*]:w-full">{children}</div>
  )
}
