import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parse } from 'smol-toml'
import { GatewayError } from '../gateway-error.ts'
import { withoutProvider, withProvider } from './provider-tables.ts'
import { tomlItems } from './toml-items.ts'

const WORK = { issuer: 'https://idp.example.com', client_id: 'sallyport' }
const invalid = (words: RegExp) => (error: unknown) =>
  error instanceof GatewayError && error.reason === 'config.invalid' && words.test(error.message)

/** Tables and lines that look like others, so that an editor that counts lines goes wrong. */
const PIECES = [
  '# a comment, [oidc.providers.work] in it',
  '',
  '   ',
  '\t# indented',
  '[ssh]\nbanner = """\n[oidc.providers.work]\nissuer = "x"\n"""',
  "[log]\nformat = '''\n[x]\n'''' # three and one",
  '[listen]\nssh = [\n  "127.0.0.1:22", # ] not the end\n  "[::]:22",\n]',
  '[penalties]\nenabled = false # [oidc]\nmin = "1s"',
  '[oidc.providers.home]\nissuer = "https://home.example.com"\nclient_id = "x"\n# about home\ngroups = { "A = [b]" = "c" }',
  '[oidc.providers.worker]\nissuer = "https://worker.example.com"\nclient_id = "x"',
  '[oidc.providers.worker.groups]\n"Data # Base" = "dba"',
  '["quoted.table"]\n\'literal key\' = 1\n"esc\\u0061ped".x = 2',
]

const document = fc
  .tuple(
    fc.shuffledSubarray(PIECES.filter((piece) => piece.includes('[') && !piece.startsWith('#'))),
    fc.array(fc.constantFrom(...PIECES.filter((piece) => !piece.includes('\n'))), { maxLength: 4 }),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([tables, lines, ends, crlf]) => {
    const text = [...lines, ...tables.flatMap((table, index) => [table, ...lines.slice(index)])].join('\n')
    const whole = ends && text !== '' ? `${text}\n` : text
    return crlf ? whole.replaceAll('\n', '\r\n') : whole
  })
  .filter((text) => {
    try {
      parse(text)
      return true
    } catch {
      return false
    }
  })

const provider = fc.record(
  {
    issuer: fc.webUrl({ validSchemes: ['https'] }),
    client_id: fc.string({ minLength: 1, unit: 'binary' }).filter((text) => text.isWellFormed()),
    title: fc.string({ unit: 'grapheme' }),
    domains: fc.array(fc.domain()),
    auto_join: fc.boolean(),
    groups: fc.dictionary(fc.string({ unit: 'grapheme-ascii' }), fc.constant('dba')),
  },
  { requiredKeys: ['issuer', 'client_id'] },
)

test('what is added is what the parser finds, what is taken out again leaves the same bytes, and nothing else ever changes', () => {
  let seen = 0
  fc.assert(
    fc.property(document, provider, (text, facts) => {
      seen++
      const added = withProvider(text, 'work', facts)
      assert.ok(added.startsWith(text), 'every byte stays')
      const found = parse(added) as { oidc: { providers: Record<string, unknown> } }
      assert.deepEqual(JSON.parse(JSON.stringify(found.oidc.providers['work'])), JSON.parse(JSON.stringify(facts)))
      assert.equal(withoutProvider(added, 'work'), text)
      // Also when others came after it; a text without a last line end has been given one by then.
      if (!text.endsWith('\n')) return
      const third = withProvider(added, 'third', WORK)
      assert.equal(withoutProvider(third, 'work'), withProvider(text, 'third', WORK))
    }),
    { numRuns: 300 },
  )
  assert.ok(seen >= 300)
})

test('a table is taken out with its sub-tables and keys, wherever they stand; comments above and below stay', () => {
  const text = [
    'oidc.providers.home.issuer = "https://home.example.com" # a dotted way',
    'oidc.providers.home.client_id = "x"',
    '',
    '# Our company',
    '[oidc.providers.work]',
    'issuer = "https://idp.example.com" # to the letter',
    '# what they call us',
    'client_id = """',
    'sallyport"""',
    '# below',
    '',
    '[ssh]',
    'banner = "x"',
    '',
    '[oidc.providers.work.groups]',
    '"Data Base" = "dba"',
    '',
    '# the end',
    '',
  ].join('\n')
  assert.equal(
    withoutProvider(text, 'work'),
    [
      'oidc.providers.home.issuer = "https://home.example.com" # a dotted way',
      'oidc.providers.home.client_id = "x"',
      '',
      '# Our company',
      '# below',
      '',
      '[ssh]',
      'banner = "x"',
      '',
      '# the end',
      '',
    ].join('\n'),
  )
  assert.match(withoutProvider(text, 'home'), /^\n# Our company\n/)
})

test('what is taken, missing, or written in braces is refused, and so is a text that is no TOML', () => {
  const text = '[oidc.providers.work]\nissuer = "https://idp.example.com"\nclient_id = "x"\n'
  assert.throws(() => withProvider(text, 'work', WORK), invalid(/already/))
  assert.throws(() => withoutProvider(text, 'home'), invalid(/no provider “home”/))
  const braces = `[oidc]\nproviders = { work = { issuer = "x", client_id = "y" } }\n`
  assert.throws(() => withoutProvider(braces, 'work'), invalid(/not edited/))
  assert.throws(() => withProvider(braces, 'home', WORK), invalid(/cannot be read|not edited/))
  assert.throws(() => withProvider('[oidc', 'home', WORK), invalid(/cannot be read/))
})

test('items have the lines of their values, comments and strings of every kind', () => {
  const text = "a = 1 # x\n[b.\"c.d\"]\ne = [1,\n 2] # y\nf.g = '''\n[h]'''\n\n[[i]]\n"
  assert.deepEqual(
    tomlItems(text).map(({ path, start, end }) => [path.join('/'), text.slice(start, end)]),
    [
      ['a', 'a = 1 # x\n'],
      ['b/c.d', '[b."c.d"]\n'],
      ['b/c.d/e', 'e = [1,\n 2] # y\n'],
      ['b/c.d/f/g', "f.g = '''\n[h]'''\n"],
      ['i', '[[i]]\n'],
    ],
  )
})
