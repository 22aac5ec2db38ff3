import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextStep } from './next-step.ts'

test('where the console has a step of its own it is said, and no command of the command line', () => {
  const step = nextStep({ reason: 'user.not-found', fix: 'sallyport user ls' })
  assert.deepEqual(step, { text: 'look among the people under Users: they may have been removed' })
})

test('a command that the gateway names is taken out of its sentence, to be copied', () => {
  const cases: readonly (readonly [fix: string, text: string, command: string | undefined])[] = [
    ['start again: sallyport login', 'start again', 'sallyport login'],
    ['sallyport ca rotate user', 'on the command line:', 'sallyport ca rotate user'],
    ['look at it (sallyport policy show), and apply', 'look at it, and apply', 'sallyport policy show'],
    ['try again in 7 s', 'try again in 7 s', undefined],
    ['set it in sallyport.toml', 'set it in sallyport.toml', undefined],
    ['use sallyport login for it', 'use sallyport login for it', undefined],
    ['look (sallyport policy show', 'look (sallyport policy show', undefined],
  ]
  for (const [fix, text, command] of cases)
    assert.deepEqual(
      nextStep({ reason: 'device.unknown', fix }),
      command === undefined ? { text } : { text, command },
      fix,
    )
})

test('an error that nobody can do anything about has no step', () => {
  assert.equal(nextStep({ reason: 'credential.not-found', fix: undefined }), undefined)
})
