import { Link } from '@tanstack/react-router'
import { useMay } from '../api/use-signed-in.ts'
import { paths } from '../paths.ts'
import { Mono } from '../ui/mono.tsx'

/** A line of the policy: the way to it for those who may read it. */
export function PolicyLine({ line, children }: { readonly line: number; readonly children?: string }) {
  const mayRead = useMay(['owner', 'admin', 'auditor'])
  const text = children ?? `line ${line}`
  if (!mayRead) return <Mono>{text}</Mono>
  return (
    <Link to={paths.policy} search={{ line } as never} className="mono">
      {text}
    </Link>
  )
}
