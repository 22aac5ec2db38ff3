import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language'
import { tags } from '@lezer/highlight'

/** Whether the line before ended inside a comment. */
interface State {
  inComment: boolean
}

/** JSON with comments and commas at the end, as far as colours need it. */
const language = StreamLanguage.define<State>({
  name: 'hujson',
  startState: () => ({ inComment: false }),
  copyState: ({ inComment }) => ({ inComment }),
  languageData: { commentTokens: { line: '//', block: { open: '/*', close: '*/' } } },
  token(stream, state) {
    if (state.inComment) {
      state.inComment = !stream.skipTo('*/')
      if (state.inComment) stream.skipToEnd()
      else stream.pos += 2
      return 'comment'
    }
    if (stream.eatSpace()) return null
    if (stream.match('//')) {
      stream.skipToEnd()
      return 'comment'
    }
    if (stream.match('/*')) {
      state.inComment = true
      return 'comment'
    }
    if (stream.peek() === '"') return quoted(stream)
    if (stream.match(/^-?\d[\d.eE+-]*/)) return 'number'
    if (stream.match(/^(?:true|false|null)\b/)) return 'atom'
    stream.next()
    return 'punctuation'
  },
})

function quoted(stream: { next(): string | undefined | void; match(pattern: RegExp, consume?: boolean): unknown }) {
  stream.next()
  for (let char = stream.next(); char !== undefined && char !== '"'; char = stream.next())
    if (char === '\\') stream.next()
  return stream.match(/^\s*:/, false) === null ? 'string' : 'propertyName'
}

/** Colours of what there is: strings accent, keys ink, punctuation ink-2, comments ink-3 and slanted. */
const colours = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--ink-3)', fontStyle: 'italic' },
  { tag: tags.string, color: 'var(--accent)' },
  { tag: tags.propertyName, color: 'var(--ink)' },
  { tag: [tags.number, tags.atom], color: 'var(--accent)' },
  { tag: tags.punctuation, color: 'var(--ink-2)' },
])

export const hujson = [language, syntaxHighlighting(colours)]
