/** Keys of earlier versions of the language, in lower case, and what they are called now: Tailscale still takes them. */
export const OLDER_ACL_KEYS: Readonly<Record<string, string>> = { users: 'src', ports: 'dst' }
export const OLDER_TEST_KEYS: Readonly<Record<string, string>> = { user: 'src', allow: 'accept' }
