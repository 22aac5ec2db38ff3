import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isShown, shownName, shownText } from './shown-text.ts'

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
    assert.ok(!isShown(name), JSON.stringify(name))
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
    assert.ok(isShown(name), name)
    assert.equal(shownText(name), name)
  }
})

test('a name is cut without leaving half of a character', () => {
  assert.equal(shownName('ab💻', 4), 'ab💻')
  assert.equal(shownName('ab💻', 3), 'ab')
  assert.equal(shownName(`${'\u202e'.repeat(10)}Alice`, 5), 'Alice')
})

test('joiners stay where a script needs them to be read, and pictures where they are joined', () => {
  for (const name of [
    'می\u200cخواهم',
    'علی\u200cرضا',
    'نِ\u200cم',
    'क्\u200dष',
    'क्\u200cष',
    'രാജ്\u200cകുമാർ',
    'ශ්\u200dරී',
    'family 👨\u200d👩\u200d👧',
    '👩🏽\u200d💻',
    '🏳️\u200d🌈',
    '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    '1️⃣',
    '☺︎ ☺️',
    '葛\u{e0100}城',
  ]) {
    assert.ok(isShown(name), JSON.stringify(name))
    assert.equal(shownText(name, '?'), name)
  }
})

test('a joiner that shows nothing where it stands is found, and taken out', () => {
  for (const [name, shown] of [
    ['ali\u200cce', 'alice'],
    ['ali\u200dce', 'alice'],
    ['\u200cعلی', 'علی'],
    ['علی\u200c', 'علی'],
    ['علی\u200d', 'علی'],
    ['د\u200cم', 'دم'],
    ['می\u200c\u200cخواهم', 'میخواهم'],
    ['می\u200dخواهم', 'میخواهم'],
    ['क\u200dष', 'कष'],
    ['क्\u200d', 'क्'],
    ['क्\u200d\u200dष', 'क्ष'],
    ['👨\u200d', '👨'],
    ['💻\u200d💻', '💻💻'],
    ['👨\u200d\u200d👩', '👨👩'],
    ['\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}', '\u{1f3f4}'],
    ['alice\ufe0f', 'alice'],
    ['alice1\ufe0e', 'alice1'],
    ['a\u{e0100}', 'a'],
    ['می\u202e\u200cخواهم', 'میخواهم'],
  ] as const) {
    assert.ok(!isShown(name), JSON.stringify(name))
    assert.equal(shownText(name), shown, JSON.stringify(name))
    assert.ok(isShown(shown))
  }
  assert.equal(shownName('👨\u200d👩\u200d👧', 5), '👨👩', 'what was cut apart is held together no more')
})

test('a long text of joiners and pictures takes as long as it is long', () => {
  const began = performance.now()
  for (const part of ['❤️', '👨\u200d', 'م\u200c', '्\u200c', 'م\u0651', '\u{1f1e6}'])
    isShown(`${part.repeat(20_000)}\u0000`)
  assert.ok(performance.now() - began < 5000)
})
