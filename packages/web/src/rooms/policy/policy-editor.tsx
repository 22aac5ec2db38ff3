import { autocompletion } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { bracketMatching, indentUnit } from '@codemirror/language'
import { lintGutter, setDiagnostics } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { EditorState } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import type { PolicyReport } from '@sallyport/api'
import { useEffect, useRef } from 'react'
import { rangeAt } from './diagnostic-range.ts'
import { editorTheme } from './editor-theme.ts'
import { hujson } from './hujson-language.ts'
import { type LineMark, lineMarks, setLineMarks } from './line-marks.ts'
import { nameCompletion } from './policy-names.ts'

interface PolicyEditorProps {
  readonly text: string
  readonly onChange: (text: string) => void
  readonly report: PolicyReport | undefined
  /** Line to show; `asked` tells one wish from the next. */
  readonly place: { readonly line: number; readonly asked: number } | undefined
  readonly readOnly: boolean
}

/** CodeMirror with the policy in it. Escape, then Tab, leaves it. */
export function PolicyEditor({ text, onChange, report, place, readOnly }: PolicyEditorProps) {
  const box = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const changed = useRef(onChange)
  const first = useRef(text)

  useEffect(() => {
    changed.current = onChange
  }, [onChange])

  useEffect(() => {
    const parent = box.current
    if (parent === null) return undefined
    const made = new EditorView({
      parent,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          extensions(readOnly),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) changed.current(state.doc.toString())
          }),
        ],
      }),
    })
    view.current = made
    return () => {
      made.destroy()
    }
  }, [readOnly])

  useEffect(() => {
    const { current: editor } = view
    // What was typed comes back as it went out; only another text replaces it.
    if (editor === undefined || editor.state.doc.toString() === text) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } })
  }, [text])

  useEffect(() => {
    const { current: editor } = view
    if (editor === undefined || report === undefined) return
    const { doc } = editor.state
    const diagnostics = report.diagnostics
      .filter(({ line }) => line >= 1 && line <= doc.lines)
      .map(({ line, column, severity, message, suggestion }) => ({
        ...rangeAt(doc.line(line), column),
        severity,
        message: suggestion === null ? message : `${message}; did you mean ${suggestion}?`,
      }))
    editor.dispatch(setDiagnostics(editor.state, diagnostics))
    editor.dispatch({ effects: setLineMarks.of(marksOf(report, place)) })
  }, [report, place])

  useEffect(() => {
    const { current: editor } = view
    if (editor === undefined || place === undefined || place.line > editor.state.doc.lines) return
    const { from } = editor.state.doc.line(Math.max(place.line, 1))
    editor.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) })
    if (place.asked > 0) editor.focus()
  }, [place])

  return (
    <div className="min-h-0 flex-1 has-[:focus-visible]:outline-2 has-[:focus-visible]:-outline-offset-2 has-[:focus-visible]:outline-focus max-[80rem]:h-[60dvh] max-[80rem]:flex-none">
      <div ref={box} className="h-full" />
    </div>
  )
}

function marksOf({ diagnostics }: PolicyReport, place: PolicyEditorProps['place']): readonly LineMark[] {
  const wrong = new Set(diagnostics.filter(({ severity }) => severity === 'error').map(({ line }) => line))
  const marks: LineMark[] = [...wrong].map((line) => ({ line, look: 'wrong' }))
  if (place !== undefined && !wrong.has(place.line)) marks.push({ line: place.line, look: 'shown' })
  return marks
}

function extensions(readOnly: boolean) {
  // The page's own nonce: the content security policy takes no other style.
  const nonce = document.querySelector<HTMLElement>('script[nonce], style[nonce]')?.nonce ?? ''
  return [
    EditorView.cspNonce.of(nonce),
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    history(),
    // Nothing blinks.
    drawSelection({ cursorBlinkRate: 0 }),
    bracketMatching(),
    indentUnit.of('  '),
    lintGutter(),
    lineMarks,
    hujson,
    editorTheme,
    search({ top: true }),
    autocompletion({ override: [nameCompletion()] }),
    EditorState.readOnly.of(readOnly),
    EditorView.contentAttributes.of({ 'aria-label': 'Text of the policy', spellcheck: 'false', tabindex: '0' }),
    keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
  ]
}
