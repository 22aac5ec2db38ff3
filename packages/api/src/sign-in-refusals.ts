interface Refusal {
  readonly status: 400 | 403 | 404 | 502
  /** What happened. */
  readonly message: string
  /** What to do next. */
  readonly fix: string
}

/**
 * Why somebody who came back from an identity provider is not signed in, in the words that they read: on the gateway's own
 * page for a moment, then on the console's sign-in page, which gets the name in its address.
 */
export const SIGN_IN_REFUSALS = {
  'provider-unknown': {
    status: 404,
    message: 'there is no such identity provider here',
    fix: 'sign in another way',
  },
  'provider-unreachable': {
    status: 502,
    message: 'the identity provider does not answer',
    fix: 'sign in with a passkey or a recovery code, or try again later',
  },
  'provider-denied': {
    status: 403,
    message: 'you were not let in at the identity provider, or turned back there',
    fix: 'try again, or sign in another way',
  },
  'provider-refused': {
    status: 403,
    message: 'the identity provider did not vouch for you',
    fix: 'try again, or sign in another way; an admin finds the reason in the gateway’s log',
  },
  'ceremony-over': {
    status: 400,
    message: 'this sign-in took too long, or was finished already',
    fix: 'begin once more',
  },
  'other-browser': {
    status: 400,
    message: 'this sign-in was begun in another browser',
    fix: 'begin once more in this one',
  },
  'account-pending': {
    status: 403,
    message: 'you have no account here yet',
    fix: 'an admin has been asked: sign in again once they have let you in',
  },
  'account-denied': {
    status: 403,
    message: 'an admin has decided that you get no account here',
    fix: 'talk to them if that is wrong',
  },
  'domain-unlisted': {
    status: 403,
    message: 'this identity provider opens no account for your mail domain here',
    fix: 'ask an admin to let you in',
  },
  'email-unverified': {
    status: 403,
    message: 'the identity provider does not say that your mail address is verified',
    fix: 'verify it there, or ask an admin to let you in',
  },
  'account-linked': {
    status: 403,
    message: 'the account of this name belongs to another identity',
    fix: 'sign in as before, or ask an admin',
  },
  // Whoever is disabled learns no more than whoever is refused for another reason.
  refused: {
    status: 403,
    message: 'this proves nobody here',
    fix: 'try another way, or ask an admin',
  },
} as const satisfies Record<string, Refusal>

export type SignInRefusalName = keyof typeof SIGN_IN_REFUSALS

/** The name of a refusal, from whatever says so: `refused` for what has no words of its own. */
export function signInRefusalName(reason: string): SignInRefusalName {
  return Object.hasOwn(SIGN_IN_REFUSALS, reason) ? (reason as SignInRefusalName) : 'refused'
}
