import { Mono } from '../../ui/mono.tsx'
import { PolicyLine } from '../policy-line.tsx'

/** Where it is said that this has to be approved: a line of the policy, or a setting. */
export function RuleText({ rule }: { readonly rule: string }) {
  const line = /line (\d+)$/.exec(rule)?.[1]
  return (
    <>
      the policy wants a check
      <span className="block">
        {line === undefined ? <Mono>{rule}</Mono> : <PolicyLine line={Number(line)}>{rule}</PolicyLine>}
      </span>
    </>
  )
}
