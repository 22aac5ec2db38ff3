/**
 * The cookie of a signed-in browser. `__Host-`: set over HTTPS by this very host, for all its paths, never for a domain.
 * Strict: other sites' links to us come without it; the console asks again by itself.
 */
const NAME = '__Host-sallyport'

/**
 * The cookie of a browser that was sent to an identity provider and is to come back. Lax: it has to come along when the
 * provider sends the browser to us.
 */
const BROWSER_NAME = '__Host-sallyport-flow'

/** The session cookie's value in a Cookie header. */
export function sessionCookieIn(header: string | undefined): string | undefined {
  return valueIn(header, NAME)
}

export function browserCookieIn(header: string | undefined): string | undefined {
  return valueIn(header, BROWSER_NAME)
}

/** A name that stands twice counts as none: which of the two would be believed? */
function valueIn(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
  return values.length === 1 ? values[0]?.slice(name.length + 1) : undefined
}

export function browserCookie(value: string, seconds: number): string {
  return `${BROWSER_NAME}=${value}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Lax`
}

export function noBrowserCookie(): string {
  return `${BROWSER_NAME}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax`
}

export function sessionCookie(token: string, seconds: number): string {
  return `${NAME}=${token}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Strict`
}

export function noSessionCookie(): string {
  return `${NAME}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict`
}
