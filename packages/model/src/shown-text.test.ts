import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SHOWN_TEXT, shownName, shownText } from './shown-text.ts'

/** One of each kind that turns text round, holds it apart, shows nothing, or is obeyed. */
const HIDDEN = [
  '\0\t\n\r\u001b\u007f\u0085\u009b',
  '\u061c\u200e\u200f\u202a\u202e\u2066\u2069',
  '\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u034f\u115f\u3164\uffa0',
  '\u2028\u2029\ud800\ue000\u{e0041}',
].join('')

test('what is not shown is found, and taken out', () => {
  for (const character of HIDDEN) {
    const name = `Al${character}ice`
    assert.ok(!SHOWN_TEXT.test(name), JSON.stringify(name))
    assert.equal(shownText(name), 'Alice', JSON.stringify(name))
    assert.equal(shownText(name, '?'), 'Al?ice', JSON.stringify(name))
  }
})

test('names of every script, with accents and pictures, stay as they are', () => {
  for (const name of [
    '',
    'Alice Ž',
    'دانيال الخطيب',
    '山田 太郎',
    'नरेन्द्र',
    'Nguyễn',
    'Ange\u0301lique',
    'laptop 💻',
    'mine ❤️',
    'a\u00a0b',
  ]) {
    assert.ok(SHOWN_TEXT.test(name), name)
    assert.equal(shownText(name), name)
  }
})

test('a name is cut without leaving half of a character', () => {
  assert.equal(shownName('ab💻', 4), 'ab💻')
  assert.equal(shownName('ab💻', 3), 'ab')
  assert.equal(shownName(`${'\u202e'.repeat(10)}Alice`, 5), 'Alice')
})
