import type { Locator, Page } from 'playwright-core'
import type { paths } from '../src/paths.ts'

/** Names that only a run knows. */
export interface Made {
  /** Path of a one-time link that works. */
  readonly setup: string
  readonly join: string
  /** Code of a command that waits at the device page, and of a login at the approve page. */
  readonly deviceCode: string
  readonly approveCode: string
}

/** A page, where to find it, and how its states are known. */
export interface LookedPlace {
  readonly at: string | ((made: Made) => string)
  /** `door`: whoever comes; `asking`: signed in, one question; `framed`: signed in, with the rail. */
  readonly kind: 'door' | 'asking' | 'framed'
  /** The document's, without the product's name. */
  readonly title: string
  /** Shows that what was asked for is there. */
  readonly there: (page: Page) => Locator
  /** What it asks of the gateway: its own questions, who is signed in alone, nothing. */
  readonly asks: 'own' | 'state' | 'nothing'
  /** Where nothing is in it yet, and the words for that. */
  readonly empty?: { readonly at?: string; readonly says: string }
  /** What a member reads who opens it all the same. */
  readonly refused?: string
}

const cell = (name: string) => (page: Page) => page.getByText(name, { exact: true }).first()
const heading = (name: string | RegExp) => (page: Page) => page.getByRole('heading', { name }).first()
const REFUSED = 'You may not see this'

/** Every page of `paths`: one that is missing here fails the test. */
export const LOOKED_PLACES = {
  signIn: {
    at: '/signin',
    kind: 'door',
    title: 'Sign in',
    there: (page) => page.getByRole('button', { name: 'Sign in with a passkey' }),
    asks: 'state',
  },
  setup: {
    at: ({ setup }) => setup,
    kind: 'door',
    title: 'Set up the gateway',
    there: heading('Your name'),
    asks: 'own',
  },
  join: {
    at: ({ join }) => join,
    kind: 'door',
    title: 'Set up how you sign in',
    there: heading('Your name'),
    asks: 'own',
  },
  device: {
    at: ({ deviceCode }) => `/device?code=${deviceCode}`,
    kind: 'asking',
    title: 'Let a command sign in?',
    there: heading('Let this command sign in?'),
    asks: 'own',
    empty: { at: '/device', says: 'Enter the code' },
  },
  approve: {
    at: ({ approveCode }) => `/approve/${approveCode}`,
    kind: 'asking',
    title: 'Approve this login?',
    there: (page) => page.getByRole('button', { name: 'Approve with passkey' }),
    asks: 'own',
  },
  command: {
    at: `/cli?port=40123&state=${'s'.repeat(22)}&challenge=${'c'.repeat(43)}`,
    kind: 'asking',
    title: 'Let the command sign in?',
    there: (page) => page.getByRole('button', { name: 'Let it sign in' }),
    asks: 'nothing',
    empty: { at: '/cli', says: 'This address is not complete' },
  },
  home: {
    at: '/',
    kind: 'framed',
    title: 'Home',
    there: cell('db-1'),
    asks: 'own',
    empty: { says: 'No targets yet' },
  },
  sessions: {
    at: '/sessions',
    kind: 'framed',
    title: 'Live sessions',
    there: cell('web-ams-1'),
    asks: 'own',
    empty: { says: 'Nobody is connected' },
    refused: REFUSED,
  },
  audit: {
    at: '/audit',
    kind: 'framed',
    title: 'Audit',
    there: cell('target-added'),
    asks: 'own',
    empty: { at: '/audit?text=nothinglikethis', says: 'No event fits' },
    refused: 'You may not read the audit log',
  },
  policy: {
    at: '/policy',
    kind: 'framed',
    title: 'Policy',
    there: (page) => page.locator('.cm-content').getByText('group:dba').first(),
    asks: 'own',
    refused: REFUSED,
  },
  users: {
    at: '/users',
    kind: 'framed',
    title: 'Users',
    there: cell('tomas'),
    asks: 'own',
    empty: { at: '/users?text=nobodylikethis', says: 'None of them fits' },
    refused: REFUSED,
  },
  user: {
    at: '/users/tomas',
    kind: 'framed',
    title: 'tomas',
    there: heading('Tomas Lindqvist'),
    asks: 'own',
    empty: { at: '/users/nobody', says: 'This person could not be read' },
    refused: REFUSED,
  },
  groups: {
    at: '/groups',
    kind: 'framed',
    title: 'Groups',
    there: cell('group:dba'),
    asks: 'own',
    empty: { says: 'No groups yet' },
    refused: REFUSED,
  },
  targets: {
    at: '/targets',
    kind: 'framed',
    title: 'Targets',
    there: cell('db-1'),
    asks: 'own',
    empty: { says: 'No targets yet' },
    refused: REFUSED,
  },
  target: {
    at: '/targets/db-1',
    kind: 'framed',
    title: 'db-1',
    there: heading('Who may go there'),
    asks: 'own',
    empty: { at: '/targets/nothing', says: 'This target could not be read' },
    refused: REFUSED,
  },
  me: {
    at: '/me',
    kind: 'framed',
    title: 'Passkeys and keys',
    there: cell('Laptop'),
    asks: 'own',
  },
  logins: {
    at: '/me/logins',
    kind: 'framed',
    title: 'Waiting logins',
    there: cell('K7QP-3MXD'),
    asks: 'own',
    empty: { says: 'No login of yours waits' },
  },
  devices: {
    at: '/me/devices',
    kind: 'framed',
    title: 'Signed-in devices',
    there: cell('this one'),
    asks: 'own',
  },
  tokens: {
    at: '/me/tokens',
    kind: 'framed',
    title: 'API tokens',
    there: cell('nightly inventory'),
    asks: 'own',
    empty: { says: 'No API tokens yet' },
  },
  appearance: {
    at: '/me/appearance',
    kind: 'framed',
    title: 'Appearance',
    there: cell('Dark'),
    asks: 'nothing',
  },
  kit: {
    at: '/kit',
    kind: 'framed',
    title: 'Parts',
    there: heading('Colour'),
    asks: 'nothing',
  },
} as const satisfies Readonly<Record<keyof typeof paths, LookedPlace>>
