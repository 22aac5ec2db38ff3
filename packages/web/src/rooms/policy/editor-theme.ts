import { EditorView } from '@codemirror/view'

/** The editor in the console's own values; both themes are in the tokens. */
export const editorTheme = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--ink-2)', fontSize: '0.75rem' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--face-mono)', lineHeight: '1.3125rem', fontVariantLigatures: 'none' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--accent-tint)',
  },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'var(--hover)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--ink-3)', border: '0', paddingLeft: '12px' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--ink)' },
  '.cm-lineNumbers .cm-gutterElement': { paddingRight: '16px' },
  '.cm-line.cm-shown': { backgroundColor: 'var(--accent-tint)', boxShadow: 'inset 3px 0 0 var(--accent)' },
  '.cm-line.cm-wrong': { backgroundColor: 'var(--stop-tint)', boxShadow: 'inset 3px 0 0 var(--stop)' },
  '.cm-lintRange-error, .cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-error': { textDecorationColor: 'var(--stop)' },
  '.cm-lintRange-warning': { textDecorationColor: 'var(--caution-edge)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--float)',
    color: 'var(--ink)',
    border: '1px solid var(--rule-2)',
    borderRadius: 'var(--round-float)',
    boxShadow: 'var(--lift-menu)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent-tint)', color: 'var(--ink)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--stop)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--caution-edge)' },
  '.cm-panels': { backgroundColor: 'var(--sunk)', color: 'var(--ink)' },
  '.cm-searchMatch': { backgroundColor: 'var(--mark-text)' },
})
