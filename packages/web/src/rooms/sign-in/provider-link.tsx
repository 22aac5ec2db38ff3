import { buttonClass } from '../../ui/button-look.ts'

interface ProviderLinkProps {
  readonly name: string
  readonly title: string
  /** The page to go on with. */
  readonly to: string
}

/** The way to an identity provider: it leaves the console, and comes back signed in. */
export function ProviderLink({ name, title, to }: ProviderLinkProps) {
  const query = new URLSearchParams({ next: to })
  return (
    <a
      className={`${buttonClass({ size: 'lg', wide: true })} hover:border-edge hover:bg-hover`}
      href={`/auth/oidc/${encodeURIComponent(name)}/start?${query.toString()}`}
    >
      Continue with {title}
    </a>
  )
}
