import { useEffect, useState, useSyncExternalStore } from 'react'
import { Mark } from './mark.tsx'
import { TextButton } from './text-button.tsx'
import { ToastBox } from './toast-box.tsx'
import { currentToasts, dropToast, onToasts, TOAST_MS, type Toast } from './toast-list.ts'

/** Bottom right: what just happened, said aloud as well. */
export function Toasts() {
  const toasts = useSyncExternalStore(onToasts, currentToasts)
  return (
    <div
      role="region"
      aria-label="What just happened"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-30 flex flex-col items-end gap-2 p-4"
    >
      <div role="status" className="contents">
        {toasts.map((each) => (
          <OneToast key={each.id} {...each} />
        ))}
      </div>
    </div>
  )
}

function OneToast({ id, text, failed, act }: Toast) {
  const [held, setHeld] = useState(false)
  useEffect(() => {
    if (failed || held) return undefined
    const timer = setTimeout(() => dropToast(id), TOAST_MS)
    return () => clearTimeout(timer)
  }, [failed, held, id])
  return (
    <div
      className="pointer-events-auto flex w-full max-w-96 justify-end"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <ToastBox
        failed={failed}
        acts={
          <>
            {act !== undefined && (
              <TextButton
                onPress={() => {
                  dropToast(id)
                  act.run()
                }}
              >
                {act.label}
              </TextButton>
            )}
            <button type="button" aria-label="Put away" className="size-6 text-ink-3" onClick={() => dropToast(id)}>
              <Mark name="cross" size="sm" />
            </button>
          </>
        }
      >
        {text}
      </ToastBox>
    </div>
  )
}
