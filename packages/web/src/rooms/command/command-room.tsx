import { useSearch } from '@tanstack/react-router'
import { useAct } from '../../api/use-act.ts'
import { useSignedIn } from '../../api/use-signed-in.ts'
import { AskPage } from '../../frame/ask-page.tsx'
import { Answered } from '../../parts/answered.tsx'
import { AskActs } from '../../parts/ask-acts.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Failure } from '../../ui/failure.tsx'
import { Mono } from '../../ui/mono.tsx'

/** Lets the command of this machine in, which opened this page. */
export function CommandRoom() {
  const { port, state, challenge } = useSearch({ from: '/signed-in/cli' })
  const me = useSignedIn()
  const approve = useAct('device.loopback-approve')
  if (port === undefined || state === undefined || challenge === undefined) {
    return (
      <AskPage name="Let the command sign in?" title="This address is not complete">
        <div className="mt-6 max-w-[27rem]">
          <Banner tone="caution">
            Run <Mono>sallyport login</Mono> again; it opens the whole address.
          </Banner>
        </div>
      </AskPage>
    )
  }
  const say = () =>
    approve.mutate({ port, state, challenge }, { onSuccess: ({ redirect }) => location.assign(redirect) })
  return (
    <AskPage
      name="Let the command sign in?"
      title="Let the command sign in?"
      lead={
        <>
          <Mono>sallyport login</Mono> on this computer would act as <strong>{me.user}</strong>.
        </>
      }
    >
      <p className="mt-6 mb-5 border-y border-rule-2 py-3.5 text-ink-3">
        You did not run it just now? Then this is not yours: close the page, and nothing happens.
      </p>
      {approve.isSuccess ? (
        <Answered mark="allow">The command goes on by itself. You may close this page.</Answered>
      ) : (
        <AskActs>
          {approve.error !== null && (
            <div className="mb-2.5">
              <Failure error={approve.error} />
            </div>
          )}
          <Button kind="primary" size="lg" wide onPress={say} busy={approve.isPending ? 'Answering' : undefined}>
            Let it sign in
          </Button>
        </AskActs>
      )}
    </AskPage>
  )
}
