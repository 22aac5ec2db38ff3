import { ApiError, type AuditEvent } from '@sallyport/api'
import { useState } from 'react'
import { api } from '../../api/api.ts'
import { Menu } from '../../ui/menu.tsx'
import { MenuButton } from '../../ui/menu-button.tsx'
import { toast } from '../../ui/toast-list.ts'
import { sentence } from '../../words/sentence.ts'
import { saveFile } from './save-file.ts'

/** Takes the log out of the gateway. */
export function ExportMenu({ events }: { readonly events: readonly AuditEvent[] }) {
  const [busy, setBusy] = useState(false)
  const exportLog = async () => {
    setBusy(true)
    try {
      const lines: string[] = []
      for await (const { line } of api.stream('audit.export', {})) lines.push(`${line}\n`)
      saveFile('audit.log', lines)
      toast('The log was exported. Check it with: sallyport audit verify audit.log')
    } catch (error) {
      toast(error instanceof ApiError ? sentence(error.message) : 'The log could not be exported', { failed: true })
    } finally {
      setBusy(false)
    }
  }
  const exportRows = () =>
    saveFile(
      'events.ndjson',
      events.map((event) => `${JSON.stringify(event)}\n`),
    )
  return (
    <Menu
      label="Export"
      entries={[
        {
          id: 'log',
          label: 'The whole log',
          detail: 'As the offline verifier reads it',
          mark: 'seal',
          onAction: () => void exportLog(),
        },
        { id: 'rows', label: 'The rows below', detail: 'A line of JSON each', mark: 'down', onAction: exportRows },
      ]}
    >
      <MenuButton opens busy={busy ? 'Exporting' : undefined}>
        Export
      </MenuButton>
    </Menu>
  )
}
