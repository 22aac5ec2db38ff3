import type { ReachableTargets } from '@sallyport/api'
import { countText } from '../../words/amounts.ts'

/** One line of truth about what is open. */
export function HomeState({ data: { targets, next, beyond } }: { readonly data: ReachableTargets }) {
  const amount = `${countText(targets.length)}${next === null ? '' : ' and more'}`
  if (targets.length === 0)
    return beyond
      ? 'No target of the inventory is open to you, but rules of the policy let you reach addresses.'
      : 'Nothing is open to you from here.'
  return (
    <>
      <strong>{amount}</strong> {targets.length === 1 && next === null ? 'is' : 'are'} open to you from here, end to
      end: the gateway sees who, where and how much.
    </>
  )
}
