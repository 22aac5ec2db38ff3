import type { Approval } from '@sallyport/api'
import { Link } from '@tanstack/react-router'
import { useAct } from '../../api/use-act.ts'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/button.tsx'
import { Failure } from '../../ui/failure.tsx'
import { Mono } from '../../ui/mono.tsx'
import { toast } from '../../ui/toast-list.ts'
import { amountText } from '../../words/amounts.ts'

/** What somebody does next whose key is in other hands. */
export function NotMeSteps({ approval: { key } }: { readonly approval: Approval }) {
  const end = useAct('me.ssh-end', { changes: ['session.list'] })
  return (
    <section aria-label="What to do now" className="mt-5 border-t border-rule pt-4">
      <h2 className="mb-2.5">What to do now</h2>
      <ol className="grid list-decimal gap-3 pl-5 marker:text-ink-3">
        <li>
          End what runs under your name, wherever it was opened from.
          <span className="mt-1.5 block">
            <Button
              kind="stop"
              mark="end"
              busy={end.isPending ? 'Ending' : undefined}
              onPress={() =>
                end.mutate(
                  {},
                  {
                    onSuccess: ({ ended }) =>
                      toast(
                        ended.length === 0
                          ? 'No SSH session of yours was open.'
                          : `${amountText(ended.length, 'SSH session')} ended.`,
                      ),
                  },
                )
              }
            >
              End my SSH sessions
            </Button>
          </span>
          {end.error !== null && <Failure error={end.error} />}
        </li>
        <li>
          Take this key away from your account, and make another: <Mono className="wrap-anywhere">{key}</Mono>.{' '}
          <Link to={paths.me}>Keys and certificates</Link>
        </li>
        <li>
          Sign out what you do not know. <Link to={paths.devices}>Signed-in devices</Link>
        </li>
        <li>Tell an admin: the audit log has it as login-disowned.</li>
      </ol>
    </section>
  )
}
