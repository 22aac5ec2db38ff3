import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { TemporaryDirectory } from '@sallyport/testkit'
import { kernelLock } from '../state/kernel-lock.ts'
import { addProvider } from './provider-file.ts'

test('of two commands that add a provider at once one is told to try again, and neither is lost', () => {
  using directory = new TemporaryDirectory('provider-file')
  const place = { stateDirectory: directory.path, environment: {} }
  const provider = (issuer: string) => ({ issuer, client_id: 'sallyport', client_secret_file: '/etc/secret' })
  const held = kernelLock(directory.file('config.lock'))
  assert.throws(() => addProvider(place, 'one', provider('https://one.example.com')), {
    reason: 'config.unreadable',
    fix: 'try again',
  })
  held?.[Symbol.dispose]()
  addProvider(place, 'one', provider('https://one.example.com'))
  const path = addProvider(place, 'two', provider('https://two.example.com'))
  const text = readFileSync(path, 'utf8')
  assert.match(text, /one\.example\.com/)
  assert.match(text, /two\.example\.com/)
})
