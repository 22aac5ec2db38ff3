import type { ApiError } from '@sallyport/api'
import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { FileButton } from '../../ui/file-button.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextAreaField } from '../../ui/text-area-field.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast-list.ts'
import { sentence } from '../../words/sentence.ts'
import { KEY_TEXT_MAX, keyTextProblem } from './key-text.ts'

/** What is wrong with the key itself: said at its field. */
const ABOUT_THE_KEY = new Set(['key.invalid', 'key.exists', 'key.revoked'])

/** Adds a public key of one's own: pasted, or from a file. */
export function AddOwnKeyDialog({ onClose }: { readonly onClose: () => void }) {
  const [line, setLine] = useState('')
  const [name, setName] = useState('')
  const add = useAct('me.key-add', { changes: ['user.show', 'key.list'] })
  const refused = add.error !== null && ABOUT_THE_KEY.has(add.error.reason) ? add.error : undefined
  const problem = keyTextProblem(line) ?? (refused === undefined ? undefined : refusalText(refused))
  const typed = (text: string) => {
    // What was said was about the text before.
    add.reset()
    setLine(text)
  }
  const choose = async (file: File) =>
    // What is too large is shown cut: enough to see that it is the wrong file.
    typed(await file.slice(0, KEY_TEXT_MAX + 1).text())
  const label = name.trim()
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Add an SSH key"
      lead="Whoever holds its private half gets in as you. The private half stays on your machine."
      verb="Add key"
      doing="Adding"
      off={line.trim() === '' || problem !== undefined}
      busy={add.isPending}
      error={refused === undefined ? add.error : null}
      onSubmit={() =>
        add.mutate(
          { public_key: line.trim(), ...(label === '' ? {} : { comment: label }) },
          {
            onSuccess: ({ comment, fingerprint }) => {
              toast(`${comment === '' ? fingerprint : comment} lets you in from now on.`)
              onClose()
            },
          },
        )
      }
    >
      <TextAreaField
        label="Public key"
        value={line}
        onChange={typed}
        rows={4}
        mono
        autoFocus
        error={problem}
        hint="One line of a .pub file: ssh-ed25519 AAAA… comment"
      />
      <div>
        <FileButton types=".pub" size="sm" mark="file" onFile={(file) => void choose(file)}>
          Choose a .pub file…
        </FileButton>
      </div>
      <TextField
        label="Name of this key"
        value={name}
        onChange={setName}
        maxLength={64}
        hint="To know it again in a list; otherwise the comment of the key"
      />
    </FormDialog>
  )
}

function refusalText({ message, why }: ApiError): string {
  return why === undefined ? sentence(message) : `${sentence(message)} ${sentence(why)}`
}
