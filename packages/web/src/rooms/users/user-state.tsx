import type { UserDetail } from '@sallyport/api'
import { Link } from '@tanstack/react-router'
import { paths } from '../../paths.ts'
import { Moment } from '../../ui/moment.tsx'
import { amountText } from '../../words/amounts.ts'

/** One line of truth about a person. */
export function UserState({ user: { name, role, disabled, sessions, created_at } }: { readonly user: UserDetail }) {
  return (
    <>
      <span className="mono">{name}</span>, {role}, here since <Moment at={created_at} />.{' '}
      {disabled ? (
        <strong>Disabled: they get in nowhere.</strong>
      ) : sessions === 0 ? (
        'Not connected now.'
      ) : (
        <Link to={paths.sessions} search={{ text: name } as never}>
          {amountText(sessions, 'live session')}
        </Link>
      )}
    </>
  )
}
