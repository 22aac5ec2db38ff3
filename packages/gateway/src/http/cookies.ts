/**
 * The cookie of a signed-in browser. `__Host-`: set over HTTPS by this very host, for all its paths, never for a domain.
 * Strict: other sites' links to us come without it; the console asks again by itself.
 */
const NAME = '__Host-sallyport'

/** The cookie's value in a Cookie header; a name that stands twice counts as none: which of the two would be believed?. */
export function sessionCookieIn(header: string | undefined): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${NAME}=`))
  return values.length === 1 ? values[0]?.slice(NAME.length + 1) : undefined
}

export function sessionCookie(token: string, seconds: number): string {
  return `${NAME}=${token}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Strict`
}

export function noSessionCookie(): string {
  return `${NAME}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict`
}
