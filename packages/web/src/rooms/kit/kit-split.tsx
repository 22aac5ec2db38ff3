import { useState } from 'react'
import { paneStyle, paneWidth } from '../../frame/pane-width.ts'
import { SplitHandle } from '../../frame/split-handle.tsx'
import { KeyCap } from '../../ui/key-cap.tsx'
import { KitPart, KitRow } from './kit-part.tsx'

/** The line between work and pane, and the keys. */
export function KitSplit() {
  const [width, setWidth] = useState(paneWidth(undefined))
  return (
    <>
      <KitPart
        title="Split pane"
        rule="One hairline, dragged or moved with the arrows; its place is remembered."
        span={6}
      >
        <div className="flex h-28 border border-rule">
          <div className="min-w-0 flex-1 p-3 text-ink-3">The list</div>
          <SplitHandle
            label="the example"
            controls="kit-pane"
            width={width}
            onChange={(next) => setWidth(paneWidth(next))}
          />
          <div id="kit-pane" style={paneStyle(width)} className="p-3 text-ink-2 wide:w-(--pane-width) wide:max-w-[60%]">
            {width} pixels of facts
          </div>
        </div>
      </KitPart>
      <KitPart title="Keys" rule="Beside what they do; the whole list opens with a question mark." span={6}>
        <KitRow>
          {['⌘', 'K', '/', '?', 'Esc', '↑', '↓'].map((key) => (
            <KeyCap key={key} always>
              {key}
            </KeyCap>
          ))}
        </KitRow>
      </KitPart>
    </>
  )
}
