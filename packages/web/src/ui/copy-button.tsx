import { useEffect, useState } from 'react'
import { Button } from './button.tsx'

/** How long the tick stays, in milliseconds. */
const DONE_MS = 2_000

/** Copies a text and says that it did. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return undefined
    const timer = setTimeout(() => setState('idle'), DONE_MS)
    return () => clearTimeout(timer)
  }, [state])
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setState('copied'),
      () => setState('failed'),
    )
  }
  return (
    <>
      <Button
        kind="plain"
        size="sm"
        square
        mark={state === 'copied' ? 'tick' : state === 'failed' ? 'cross' : 'copy'}
        label={label}
        onPress={copy}
      />
      <span role="status" className="sr-only">
        {state === 'copied' ? 'Copied' : state === 'failed' ? 'Could not copy' : ''}
      </span>
    </>
  )
}
