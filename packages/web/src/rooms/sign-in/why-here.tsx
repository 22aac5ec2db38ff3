import { SIGN_IN_REFUSALS } from '@sallyport/api'
import { Banner } from '../../ui/banner.tsx'
import { sentence } from '../../words/sentence.ts'
import type { WhyHere as Why } from './sign-in-search.ts'

/** What happened before the sign-in page was shown, and what to do about it. */
export function WhyHere({ why }: { readonly why: Why }) {
  if (why === 'signed-out') {
    return (
      <Banner mark="clock">
        <p>You are signed out: the time was up, or it was ended elsewhere.</p>
      </Banner>
    )
  }
  const { message, fix } = SIGN_IN_REFUSALS[why]
  return (
    <Banner tone="stop" alert>
      <p>{sentence(message)}</p>
      <p className="text-ink-2">{sentence(fix)}</p>
    </Banner>
  )
}
