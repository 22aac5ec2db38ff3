import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keepDraft, readDraft } from './stored-draft.ts'

class Kept extends Map<string, string> {
  getItem = (key: string) => this.get(key) ?? null
  setItem = (key: string, value: string) => void this.set(key, value)
  removeItem = (key: string) => void this.delete(key)
}

test('a draft is kept for each person apart: nobody publishes in their own name what somebody else wrote', () => {
  const storage = new Kept()
  keepDraft('mira', { base: 2, text: '// of Mira' }, storage)
  assert.deepEqual(readDraft('mira', storage), { base: 2, text: '// of Mira' })
  assert.equal(readDraft('tomas', storage), undefined)
  keepDraft('tomas', undefined, storage)
  assert.deepEqual(readDraft('mira', storage), { base: 2, text: '// of Mira' })
  keepDraft('mira', undefined, storage)
  assert.equal(storage.size, 0)
})

test('what is no draft, or cannot be read or kept, is none', () => {
  const storage = new Kept()
  keepDraft('mira', { base: 2, text: 'x' }, storage)
  const [key = ''] = storage.keys()
  for (const other of ['', '{', 'null', '[]', '{"base":"2","text":"x"}', '{"base":2}']) {
    storage.set(key, other)
    assert.equal(readDraft('mira', storage), undefined, other)
  }
  const closed = () => {
    throw new Error('closed')
  }
  assert.equal(readDraft('mira', { getItem: closed }), undefined)
  keepDraft('mira', { base: 2, text: 'x' }, { setItem: closed, removeItem: closed })
})
