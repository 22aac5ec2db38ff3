import type { Target } from '@sallyport/api'
import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Failure } from '../../ui/failure.tsx'
import { TextAreaField } from '../../ui/text-area-field.tsx'
import { Section } from '../section.tsx'

/** Makes the script after which a target believes our certificates, and is believed. */
export function TargetEnrol({ target }: { readonly target: Target }) {
  const [hostKey, setHostKey] = useState('')
  const enrol = useAct('target.enrol', { asks: true })
  const line = hostKey.trim()
  return (
    <Section
      title="Enrol"
      note="With it, people log in there by their certificates, and no key of theirs has to lie on the target."
    >
      <form
        className="grid max-w-measure grid-cols-1 gap-3.5"
        onSubmit={(event) => {
          event.preventDefault()
          enrol.mutate({ target: target.name, ...(line === '' ? {} : { host_key: line }) })
        }}
      >
        <TextAreaField
          label="Its host key"
          value={hostKey}
          onChange={setHostKey}
          mono
          rows={2}
          hint="/etc/ssh/ssh_host_ed25519_key.pub, to have it signed; empty: without a host certificate"
        />
        <div>
          <Button type="submit" busy={enrol.isPending ? 'Making script' : undefined}>
            Make script
          </Button>
        </div>
      </form>
      {enrol.error !== null && <Failure error={enrol.error} />}
      {enrol.data !== undefined && (
        <div className="grid grid-cols-1 gap-1.5">
          <p>
            Run it on <span className="mono">{target.name}</span> as root. It writes {enrol.data.files.length} files and
            reloads sshd.
          </p>
          <CodeBlock text={enrol.data.script} copyLabel="Copy the script" />
        </div>
      )}
    </Section>
  )
}
