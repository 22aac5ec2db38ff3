/**
 * What browsers are sent to that is no operation with JSON: a redirect, or a small page of ours. Beside the table of
 * operations this is the only list of what the HTTPS door answers; the rest is the console's files.
 */
export interface PageRoute {
  readonly method: 'GET'
  /** Begins with `/auth/`; a parameter is a whole segment: `/auth/oidc/:provider/start`. */
  readonly path: `/auth/${string}`
  readonly kind: 'page' | 'redirect'
  /** Nobody has signed in yet. */
  readonly callers: 'anyone'
  /** One sentence for people. */
  readonly summary: string
}

export const pageRoutes = {
  'oidc.start': {
    method: 'GET',
    path: '/auth/oidc/:provider/start',
    kind: 'redirect',
    callers: 'anyone',
    summary: 'Sends the browser to an identity provider; `next` is the page of ours to go on with.',
  },
  'oidc.callback': {
    method: 'GET',
    path: '/auth/oidc/callback',
    kind: 'page',
    callers: 'anyone',
    summary: 'Where identity providers send browsers back to.',
  },
} as const satisfies Record<string, PageRoute>

export type PageRouteName = keyof typeof pageRoutes
