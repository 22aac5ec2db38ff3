import { useLate } from './use-late.ts'

const BARS = ['w-[82%]', 'w-[64%]', 'w-[73%]', 'w-[58%]']
/** What is there sooner needs no bars. */
const LATE_MS = 300

/** Bars where lines will be, once the wait can be felt. */
export function LoadingState({ what = 'Reading' }: { readonly what?: string }) {
  const late = useLate(LATE_MS)
  return (
    <div className="grid min-h-24 content-start gap-3.5" role="status" aria-busy="true">
      {late && (
        <>
          <p className="text-ink-3">{what}</p>
          {BARS.map((width) => (
            <i key={width} className={`block h-2.5 rounded-[2px] bg-rule ${width}`} />
          ))}
        </>
      )}
    </div>
  )
}
