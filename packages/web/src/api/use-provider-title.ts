import { useCall } from './use-call.ts'

/** What people call an identity provider: its title while it is declared, else its issuer. */
export function useProviderTitle(): (identity: {
  readonly provider: string | null
  readonly issuer: string
}) => string {
  const { data } = useCall('auth.state')
  return ({ provider, issuer }) =>
    provider === null ? issuer : (data?.methods.providers.find(({ name }) => name === provider)?.title ?? provider)
}
