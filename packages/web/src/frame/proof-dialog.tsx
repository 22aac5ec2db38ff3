import type { ApiError } from '@sallyport/api'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { onProofNeeded } from '../api/fresh-proof.ts'
import { askForProof, onAskForProof } from './ask-for-proof.ts'

const ProofForm = lazy(() => import('./proof-form.tsx'))

export interface ProofFormProps {
  readonly onDone: (proved: boolean) => void
  readonly error?: ApiError
}

/** Stands ready to ask for a new proof of who is at the keyboard. */
export function ProofDialog() {
  const [asking, setAsking] = useState(false)
  const answer = useRef<((proved: boolean) => void) | undefined>(undefined)
  useEffect(() => {
    const stop = onProofNeeded(askForProof)
    const close = onAskForProof((resolve) => {
      answer.current?.(false)
      answer.current = resolve
      setAsking(true)
    })
    return () => {
      stop()
      close()
    }
  }, [])
  if (!asking) return null
  return (
    <Suspense>
      <ProofForm
        onDone={(proved) => {
          answer.current?.(proved)
          answer.current = undefined
          setAsking(false)
        }}
      />
    </Suspense>
  )
}
