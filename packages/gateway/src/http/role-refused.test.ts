import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RouteName, routes } from '@sallyport/api'
import { roleRefused } from './role-refused.ts'

const fixOf = (name: RouteName) => roleRefused('member', name, routes[name]).fix

test('a refusal by role says where one’s own share of it is, or whom to ask', () => {
  assert.equal(fixOf('target.list'), 'what you may reach is in the console, and in: ssh GATEWAY')
  assert.equal(fixOf('certificate.list'), 'your own: sallyport cert ls')
  assert.equal(fixOf('target.add'), 'ask somebody who has one of these roles')
  for (const [name, { callers }] of Object.entries(routes))
    if (callers !== 'anyone' && !callers.includes('member')) assert.ok(fixOf(name as RouteName), name)
})
