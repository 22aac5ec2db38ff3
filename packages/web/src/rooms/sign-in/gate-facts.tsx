import type { SignInState } from '@sallyport/api'
import { Facts } from '../../ui/facts.tsx'
import { Mono } from '../../ui/mono.tsx'

/** What ssh shows of this gateway, so that people can tell that both doors are of one house. */
export function GateFacts({ ssh: { host_keys: keys, host_authority: authority } }: Pick<SignInState, 'ssh'>) {
  // The one that today's clients ask for.
  const shown = keys.find(({ type }) => type === 'ssh-ed25519') ?? keys[0]
  if (shown === undefined) return null
  const print = (text: string) => <Mono className="text-[0.6875rem]">{text}</Mono>
  return (
    <details open className="mt-8 border-t border-rule pt-3.5 text-xs wide:mt-12">
      <summary className="text-sm text-ink-2">Is this your gateway? Compare what OpenSSH shows you</summary>
      <div className="mt-2.5">
        <Facts
          facts={[
            ['Host key', print(shown.fingerprint)],
            ...(authority === null ? [] : [['Host CA', print(authority)] as const]),
          ]}
        />
      </div>
    </details>
  )
}
