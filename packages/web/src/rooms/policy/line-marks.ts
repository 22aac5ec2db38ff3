import { StateEffect, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view'

export interface LineMark {
  /** From 1. */
  readonly line: number
  readonly look: 'shown' | 'wrong'
}

/** Marks whole lines, instead of those that were marked before. */
export const setLineMarks = StateEffect.define<readonly LineMark[]>()

export const lineMarks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { changes, effects, state }) {
    for (const effect of effects) {
      if (!effect.is(setLineMarks)) continue
      const known = effect.value.filter(({ line }) => line >= 1 && line <= state.doc.lines)
      return Decoration.set(
        known.map(({ line, look }) => Decoration.line({ class: `cm-${look}` }).range(state.doc.line(line).from)),
        true,
      )
    }
    return marks.map(changes)
  },
  provide: (field) => EditorView.decorations.from(field),
})
