import { type Identity, SIGN_IN_REFUSALS, signInRefusalName } from '@sallyport/api'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useAct } from '../../api/use-act.ts'
import { paths } from '../../paths.ts'
import { Banner } from '../../ui/banner.tsx'
import { Failure } from '../../ui/failure.tsx'
import { toast } from '../../ui/toast-list.ts'
import { sentence } from '../../words/sentence.ts'
import { textParam } from '../search-param.ts'

/** What came of the way to a provider: links the identity that was proved there, or says why there is none. */
export function LinkOutcome({ titleOf }: { readonly titleOf: (identity: Identity) => string }) {
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const navigate = useNavigate()
  const finish = useAct('me.identity-finish')
  const ticket = textParam(search['link'])
  const why = textParam(search['why'])
  const taken = useRef<string>(undefined)
  useEffect(() => {
    // A ticket counts once, however often this is drawn.
    if (ticket === undefined || taken.current === ticket) return
    taken.current = ticket
    finish.mutate({ ticket }, { onSuccess: (identity) => toast(`You sign in with ${titleOf(identity)} from now on.`) })
    void navigate({ to: paths.me, search: {}, replace: true } as never)
  }, [ticket, finish, navigate, titleOf])
  if (finish.error !== null) {
    return (
      <div className="px-gutter pt-3">
        <Failure error={finish.error} />
      </div>
    )
  }
  if (why === undefined) return null
  const { message } = SIGN_IN_REFUSALS[signInRefusalName(why)]
  return (
    <div className="px-gutter pt-3">
      <Banner tone="stop" alert>
        <p>Nothing was linked. {sentence(message)}</p>
        <p className="text-ink-2">Try again with the button above.</p>
      </Banner>
    </div>
  )
}
