import { ApiError } from '@sallyport/api'
import { useRouter, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { knowsPasskeys } from '../../api/passkeys.ts'
import { signInWithPasskey } from '../../api/sign-in-with-passkey.ts'
import { useCall } from '../../api/use-call.ts'
import { paths } from '../../paths.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Failure } from '../../ui/failure.tsx'
import { LoadingState } from '../../ui/loading-state.tsx'
import { Mono } from '../../ui/mono.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { Gate } from './gate.tsx'
import { GateFacts } from './gate-facts.tsx'
import { GoOn } from './go-on.tsx'
import { Or } from './or.tsx'
import { ProviderLink } from './provider-link.tsx'
import { ownPage, useEntered } from './use-entered.ts'
import { whereTo } from './where-to.ts'
import { WhyHere } from './why-here.tsx'

const RecoveryForm = lazy(() => import('./recovery-form.tsx'))
const PasswordForm = lazy(() => import('./password-form.tsx'))

/** Where everybody comes in: passkey first. */
export function SignInRoom() {
  const { to, why } = useSearch({ from: paths.signIn })
  const { history } = useRouter()
  const state = useCall('auth.state')
  const entered = useEntered(to)
  const [way, setWay] = useState<'passkey' | 'recovery' | 'password'>('passkey')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | undefined>()
  const place = whereTo(to)

  const signIn = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await signInWithPasskey()
      await entered()
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure
      setError(failure)
      setBusy(false)
    }
  }

  const refused = why !== undefined && why !== 'signed-out'
  // Somebody who is in already has nothing to do here, but to hear what became of another way in.
  if (state.data?.signed_in && !busy && !refused) return <GoOn to={ownPage(to)} />
  if (state.data === undefined) {
    return (
      <Gate name="Sign in" title="Sign in">
        <div className="mt-8 grid gap-6">
          {why !== undefined && <WhyHere why={why} />}
          {state.error === null ? (
            <LoadingState />
          ) : (
            <ErrorState
              title="The gateway could not be asked"
              error={state.error}
              onRetry={() => void state.refetch()}
            />
          )}
        </div>
      </Gate>
    )
  }
  const { gateway, methods, ssh, signed_in: person } = state.data
  if (person !== null && refused && !busy) {
    return (
      <Gate name="Not signed in anew" title="Not signed in anew" lead={`You are still signed in as ${person.user}.`}>
        <div className="mt-8 grid justify-items-start gap-4">
          <WhyHere why={why} />
          <Button kind="primary" onPress={() => history.push(ownPage(to))}>
            Go on as before
          </Button>
        </div>
      </Gate>
    )
  }
  if (way === 'password') {
    return (
      <Gate name="Sign in with a password" title="Password and one-time code">
        <Suspense fallback={<LoadingState />}>
          <PasswordForm onEntered={entered} onBack={() => setWay('passkey')} />
        </Suspense>
      </Gate>
    )
  }
  if (way === 'recovery') {
    return (
      <Gate
        name="Sign in with a recovery code"
        title="Lost every passkey?"
        lead="A recovery code lets you in once. Make a new passkey right after."
      >
        <Suspense fallback={<LoadingState />}>
          <RecoveryForm onEntered={entered} onBack={() => setWay('passkey')} />
        </Suspense>
      </Gate>
    )
  }
  return (
    <Gate
      name="Sign in"
      title={
        <>
          Sign in to <Mono className="text-[0.86em] tracking-[-0.03em]">{gateway}</Mono>
        </>
      }
      {...(place === undefined ? {} : { lead: `You were on the way to ${place}. Signing in takes you there.` })}
    >
      <div className="mt-8 grid grid-cols-1 gap-3">
        {why !== undefined && error === undefined && (
          <div className="mb-2">
            <WhyHere why={why} />
          </div>
        )}
        {!knowsPasskeys() && <Banner tone="caution">This browser does not know passkeys.</Banner>}
        <Button
          kind="primary"
          size="lg"
          wide
          autoFocus
          mark="key"
          busy={busy ? 'Waiting for your passkey' : undefined}
          onPress={() => void signIn()}
        >
          Sign in with a passkey
        </Button>
        {error !== undefined && <Failure error={error} />}
        {methods.providers.length > 0 && <Or />}
        {methods.providers.map((provider) => (
          <ProviderLink key={provider.name} {...provider} to={ownPage(to)} />
        ))}
        <div className="flex flex-wrap justify-between gap-x-4 gap-y-2 pt-1">
          {methods.password && <TextButton onPress={() => setWay('password')}>Password and one-time code</TextButton>}
          <TextButton onPress={() => setWay('recovery')}>Lost every passkey?</TextButton>
        </div>
      </div>
      <GateFacts ssh={ssh} />
    </Gate>
  )
}
