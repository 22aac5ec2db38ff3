import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { CheckBox } from '../ui/check-box.tsx'
import { CopyButton } from '../ui/copy-button.tsx'

interface RecoveryCodesProps {
  readonly gateway: string
  readonly user: string
  readonly codes: readonly string[]
  readonly saved: boolean
  readonly onSaved: (saved: boolean) => void
}

/** The codes, to be saved before going on: they are shown this once. */
export function RecoveryCodes({ gateway, user, codes, saved, onSaved }: RecoveryCodesProps) {
  const [hint, setHint] = useState('')
  const text = `Recovery codes of ${user} at ${gateway}. Each lets you in once.\n\n${codes.join('\n')}\n`
  const download = () => {
    const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
    const link = document.createElement('a')
    link.href = url
    link.download = `sallyport-recovery-codes-${gateway}.txt`
    link.click()
    URL.revokeObjectURL(url)
    setHint('Saved among your downloads.')
  }
  return (
    <div className="grid justify-items-start gap-4">
      <div className="flex items-start gap-1 rounded-control border border-rule bg-sunk py-2 pr-1 pl-3">
        <ol aria-label="Recovery codes" className="grid grid-cols-1 gap-x-8 gap-y-1 pr-4 mid:grid-cols-2">
          {codes.map((code) => (
            <li key={code} className="font-mono text-sm">
              {code}
            </li>
          ))}
        </ol>
        <CopyButton text={text} label="Copy the recovery codes" />
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <Button mark="down" onPress={download}>
          Download as text
        </Button>
        <span role="status" className="text-ink-3">
          {hint}
        </span>
      </div>
      <CheckBox checked={saved} onChange={onSaved}>
        I saved these codes where I find them without this device
      </CheckBox>
    </div>
  )
}
