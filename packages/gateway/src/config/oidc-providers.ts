import { isGroupName, issuerProblem } from '@sallyport/identity'
import { z } from 'zod'

/** Most providers: people choose among them on one page. */
const PROVIDERS_MAX = 16
/** Most entries of a provider's lists. */
const LIST_MAX = 256
const TEXT_MAX = 512
/** Longest path of a file, in characters: what Linux takes. */
const PATH_MAX = 4096

const DOMAIN = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/
const text = z.string().min(1).max(TEXT_MAX)
const word = z
  .string()
  .max(TEXT_MAX)
  .regex(/^[\x21-\x7e]+$/, 'one word without spaces')

const issuer = z
  .string()
  .max(TEXT_MAX)
  .superRefine((value, context) => {
    const problem = issuerProblem(value)
    if (problem !== undefined) context.addIssue(problem)
  })

const provider = z
  .strictObject({
    issuer,
    client_id: text,
    client_secret_file: z.string().min(1).max(PATH_MAX).optional(),
    client_secret_env: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{0,127}$/, 'the name of an environment variable')
      .optional(),
    title: z.string().min(1).max(64).optional(),
    scopes: z.array(word).max(LIST_MAX).default(['profile', 'email']),
    groups_claims: z.array(word).max(16).default([]),
    groups: z
      .record(text, z.string().refine(isGroupName, 'a group is letters, digits, “.”, “_” and “-”, without “group:”'))
      .default({}),
    domains: z
      .array(z.string().max(253).toLowerCase().regex(DOMAIN, 'write a mail domain: example.com'))
      .max(LIST_MAX)
      .default([]),
    auto_join: z.boolean().default(false),
  })
  .refine(
    ({ client_secret_file, client_secret_env }) => client_secret_file === undefined || client_secret_env === undefined,
    'a client secret is in a file or in the environment, not in both',
  )
  .refine(
    ({ auto_join, domains }) => !auto_join || domains.length > 0,
    'auto_join needs domains: whose people are they?',
  )

/** Identity providers by name, as `[oidc.providers.NAME]` writes them. One issuer is one provider. */
export const oidcProviders = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a provider is named by lower-case letters, digits and “-”'),
    provider,
  )
  .refine((providers) => Object.keys(providers).length <= PROVIDERS_MAX, `at most ${PROVIDERS_MAX} providers`)
  .refine((providers) => {
    const issuers = Object.values(providers).map((each) => each.issuer)
    return new Set(issuers).size === issuers.length
  }, 'two providers have the same issuer')

export type OidcProviderSetting = z.infer<typeof provider>
