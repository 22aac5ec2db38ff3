import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { KeyCap } from '../ui/key-cap.tsx'
import { singleKeysOn } from '../ui/single-key.ts'

interface KeyRow {
  readonly does: string
  /** Any of them; those of one are pressed together. */
  readonly keys: readonly (readonly string[])[]
  /** A key alone, which may be turned off. */
  readonly single?: true
}

const GROUPS: readonly { readonly name: string; readonly rows: readonly KeyRow[] }[] = [
  {
    name: 'Everywhere',
    rows: [
      {
        does: 'Go to a page, connect, or run something',
        keys: [
          ['Ctrl', 'K'],
          ['⌘', 'K'],
        ],
      },
      { does: 'Search this page', keys: [['/']], single: true },
      { does: 'These keys', keys: [['?']], single: true },
      { does: 'To the next control, or the one before', keys: [['Tab'], ['Shift', 'Tab']] },
      { does: 'Close a dialog or a menu', keys: [['Esc']] },
    ],
  },
  {
    name: 'Lists, tables and menus',
    rows: [
      { does: 'From row to row', keys: [['↑'], ['↓']] },
      { does: 'From cell to cell, and to its buttons', keys: [['←'], ['→']] },
      { does: 'Open the row, choose the entry', keys: [['Enter']] },
      { does: 'To the first or last row', keys: [['Home'], ['End']] },
      { does: 'To a row by its name', keys: [['A … Z']] },
    ],
  },
  {
    name: 'The line between a list and its pane',
    rows: [
      { does: 'Wider or narrower', keys: [['←'], ['→']] },
      { does: 'As narrow or as wide as it gets', keys: [['Home'], ['End']] },
      { does: 'As it was at first', keys: [['Enter']] },
    ],
  },
]

/** What the keyboard does. */
export default function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  const single = singleKeysOn()
  return (
    <Dialog
      open
      onClose={onClose}
      title="Keys"
      lead={
        single
          ? 'Whatever a mouse can do has a key, or a line in the palette.'
          : 'Keys alone are turned off in this browser, on the page Appearance.'
      }
      footer={
        <Button onPress={onClose} autoFocus>
          Close
        </Button>
      }
    >
      {GROUPS.map(({ name, rows }) => (
        <section key={name} aria-label={name} className="grid gap-1.5">
          <h3>{name}</h3>
          <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1.5">
            {rows
              .filter((row) => single || row.single !== true)
              .map(({ does, keys }) => (
                <div key={does} className="contents">
                  <dt className="text-ink-2">{does}</dt>
                  <dd className="flex items-center justify-end gap-1 whitespace-nowrap">
                    <span className="sr-only">{keys.map((together) => together.join(' and ')).join(', or ')}</span>
                    {keys.map((together, index) => (
                      <span key={together.join()} aria-hidden className="flex items-center gap-1">
                        {index > 0 && <span className="text-xs text-ink-3">or</span>}
                        {together.map((key) => (
                          <KeyCap key={key} always>
                            {key}
                          </KeyCap>
                        ))}
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </Dialog>
  )
}
