import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { onProofNeeded } from '../api/fresh-proof.ts'
import { askForProof, onAskForProof, type ProofFor } from './ask-for-proof.ts'

const ProofForm = lazy(() => import('./proof-form.tsx'))

export interface ProofFormProps {
  readonly onDone: (proved: boolean) => void
  readonly what: ProofFor
}

/** Stands ready to ask for a new proof of who is at the keyboard. */
export function ProofDialog() {
  const [asking, setAsking] = useState<ProofFor>()
  const answer = useRef<((proved: boolean) => void) | undefined>(undefined)
  useEffect(() => {
    const stop = onProofNeeded(() => askForProof('act'))
    const close = onAskForProof((resolve, what) => {
      answer.current?.(false)
      answer.current = resolve
      setAsking(what)
    })
    return () => {
      stop()
      close()
    }
  }, [])
  if (asking === undefined) return null
  return (
    <Suspense>
      <ProofForm
        what={asking}
        onDone={(proved) => {
          answer.current?.(proved)
          answer.current = undefined
          setAsking(undefined)
        }}
      />
    </Suspense>
  )
}
