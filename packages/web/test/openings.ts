import type { Page } from 'playwright-core'
import { POLICY } from './inhabit.ts'

/** A button by its name, or an entry of the menu that is open, pressed with the keyboard; or whatever else leads there. */
export type Step = string | RegExp | { readonly entry: string } | ((page: Page) => Promise<void>)

/** Something that opens above a page, and the way to it by keys. */
export interface Opening {
  /** Where it stands in `src`, once for each thing that opens there. */
  readonly file: string
  readonly at: string
  /** The last is what it opens from: the button of the menu, where that is an entry. */
  readonly press: readonly Step[]
  readonly as?: 'menu' | 'listbox'
  /** What the focus is on afterwards, where that is not what was pressed last. */
  readonly back?: string
  /** How it is closed where Escape must not do it, because what it shows is shown once. */
  readonly close?: (page: Page) => Promise<void>
  /** As the gateway has it, instead of with everything in it that somebody can have. */
  readonly bare?: boolean
  /** When the sign-in is about to end. */
  readonly ending?: boolean
}

const press = (name: string) => async (page: Page) => {
  await page.getByRole('button', { name, exact: true }).focus()
  await page.keyboard.press('Enter')
}
const fill = (label: string, text: string) => (page: Page) => page.getByLabel(label).fill(text)
const write = async (page: Page) => {
  await page.locator('.cm-content').focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(POLICY.replace('"group:web": ["joy@"]', '"group:web": ["joy@", "priya@"]'))
  await page.getByText('and may be published').waitFor()
}

/** Everything that opens above the rooms and the frame: what is missing here fails the test. */
export const OPENINGS: readonly Opening[] = [
  { file: 'rooms/me/add-token-dialog.tsx', at: '/me/tokens', press: ['Make token'] },
  { file: 'rooms/me/add-token-dialog.tsx', at: '/me/tokens', press: ['Make token', /It expires after/], as: 'listbox' },
  {
    file: 'rooms/me/add-token-dialog.tsx',
    at: '/me/tokens',
    press: ['Make token', fill('What it is for', 'nightly inventory'), 'Make token'],
    back: 'Make token',
    close: press('I have saved it'),
  },
  { file: 'rooms/me/new-codes-dialog.tsx', at: '/me', press: ['Make new codes…'] },
  {
    file: 'rooms/me/new-codes-dialog.tsx',
    at: '/me',
    press: ['Make new codes…', 'Make new codes'],
    back: 'Make new codes…',
    close: async (page) => {
      await page.getByRole('checkbox', { name: 'I saved these codes' }).press('Space')
      await press('Done')(page)
    },
  },
  { file: 'rooms/me/remove-token-dialog.tsx', at: '/me/tokens', press: ['Take back nightly inventory'] },
  { file: 'rooms/me/add-totp-dialog.tsx', at: '/me', press: ['Set up codes'], bare: true },
  { file: 'rooms/me/add-passkey-dialog.tsx', at: '/me', press: ['Add passkey'] },
  { file: 'rooms/me/passkeys-section.tsx', at: '/me', press: ['Actions for YubiKey 5C'], as: 'menu' },
  { file: 'rooms/me/rename-passkey-dialog.tsx', at: '/me', press: ['Actions for YubiKey 5C', { entry: 'Rename…' }] },
  { file: 'rooms/me/remove-passkey-dialog.tsx', at: '/me', press: ['Actions for YubiKey 5C', { entry: 'Remove…' }] },
  { file: 'rooms/me/set-password-dialog.tsx', at: '/me', press: ['Change…'] },
  { file: 'rooms/me/remove-password-dialog.tsx', at: '/me', press: ['Remove the password…'] },
  { file: 'rooms/me/link-identity.tsx', at: '/me', press: ['Link identity'], as: 'menu' },
  { file: 'rooms/me/unlink-identity-dialog.tsx', at: '/me', press: ['Unlink Example Inc., e1f2-77'] },
  { file: 'rooms/me/remove-totp-dialog.tsx', at: '/me', press: ['Remove…'] },
  { file: 'rooms/me/add-own-key-dialog.tsx', at: '/me', press: ['Add key'] },
  { file: 'rooms/me/remove-own-key-dialog.tsx', at: '/me', press: ['Remove mira@t14…'] },
  {
    file: 'rooms/me/forget-checks-dialog.tsx',
    at: '/me',
    press: ['Forget logins from 203.0.113.24 to this gateway'],
  },
  { file: 'rooms/me/end-others-dialog.tsx', at: '/me/devices', press: ['Sign out all others…'] },
  { file: 'frame/proof-form.tsx', at: '/me/appearance', press: ['Stay signed in'], ending: true },
  { file: 'frame/account-menu.tsx', at: '/', press: ['Account menu'], as: 'menu' },
  { file: 'frame/palette.tsx', at: '/', press: [/^Go to or run/] },
  {
    file: 'frame/keys-dialog.tsx',
    at: '/',
    press: [(page) => page.getByRole('button', { name: 'Account menu' }).press('?')],
    back: 'Account menu',
  },
  { file: 'rooms/home/home-room.tsx', at: '/', press: [/Tag$/], as: 'listbox' },
  { file: 'rooms/home/connect-menu.tsx', at: '/', press: ['Connect to db-1'] },
  { file: 'rooms/home/instructions-dialog.tsx', at: '/', press: ['Connect to db-1', { entry: 'Other clients' }] },
  { file: 'rooms/sessions/end-session-dialog.tsx', at: '/sessions?session=$session', press: ['End session…'] },
  { file: 'rooms/audit/audit-tools.tsx', at: '/audit', press: [/Time$/], as: 'listbox' },
  { file: 'rooms/audit/export-menu.tsx', at: '/audit', press: ['Export'], as: 'menu' },
  { file: 'rooms/audit/saved-menu.tsx', at: '/audit', press: ['Saved'], as: 'menu' },
  {
    file: 'rooms/audit/save-view-dialog.tsx',
    at: '/audit?type=policy',
    press: ['Saved', { entry: 'Save this view…' }],
  },
  {
    file: 'rooms/audit/remove-views-dialog.tsx',
    at: '/audit?type=policy',
    press: [
      'Saved',
      { entry: 'Save this view…' },
      fill('Name', 'changes'),
      'Save view',
      'Saved',
      { entry: 'Remove views…' },
    ],
  },
  { file: 'rooms/policy/publish-dialog.tsx', at: '/policy', press: [write, 'Publish…'] },
  { file: 'rooms/policy/rollback-dialog.tsx', at: '/policy?tab=history', press: ['Go back to version 1'] },
  { file: 'rooms/users/users-room.tsx', at: '/users', press: [/Role$/], as: 'listbox' },
  { file: 'rooms/users/add-user-dialog.tsx', at: '/users', press: ['Add person'] },
  { file: 'rooms/users/add-user-dialog.tsx', at: '/users', press: ['Add person', /^member.*Role$/], as: 'listbox' },
  { file: 'rooms/users/approve-dialog.tsx', at: '/users', press: ['Approve nina@example.com'] },
  { file: 'rooms/users/deny-dialog.tsx', at: '/users', press: ['Deny nina@example.com'] },
  { file: 'rooms/users/user-role.tsx', at: '/users/tomas', press: [/Role$/], as: 'listbox' },
  { file: 'rooms/users/user-identities.tsx', at: '/users/tomas', press: ['Unlink Example Inc., e1f2-77'] },
  { file: 'rooms/users/add-key-dialog.tsx', at: '/users/tomas', press: ['Add key'] },
  { file: 'rooms/users/remove-key-dialog.tsx', at: '/users/tomas', press: ['Remove key tomas@t14'] },
  { file: 'rooms/users/link-dialog.tsx', at: '/users/tomas', press: ['Make link…'], close: press('Done') },
  { file: 'rooms/users/user-acts.tsx', at: '/users/tomas', press: ['More'], as: 'menu' },
  {
    file: 'rooms/users/user-question-dialog.tsx',
    at: '/users/tomas',
    press: ['More', { entry: 'Revoke certificates…' }],
  },
  { file: 'rooms/targets/targets-room.tsx', at: '/targets', press: [/Tag$/], as: 'listbox' },
  { file: 'rooms/targets/add-target-dialog.tsx', at: '/targets', press: ['Add target'] },
  { file: 'rooms/targets/edit-target-dialog.tsx', at: '/targets/db-1', press: ['Change…'] },
  { file: 'rooms/targets/remove-target-dialog.tsx', at: '/targets/db-1', press: ['Remove…'] },
  { file: 'rooms/approve/report-dialog.tsx', at: '/approve/K7QP-3MXD', press: ['I did not ask for this'] },
]
