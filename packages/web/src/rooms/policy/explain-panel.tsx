import { useEffect, useEffectEvent, useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { Failure } from '../../ui/failure.tsx'
import { Segments } from '../../ui/segments.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { Explained } from './explained.tsx'
import type { PolicySearch } from './policy-search.ts'

interface ExplainPanelProps {
  /** The draft's text; absent where there is none. */
  readonly draft: string | undefined
  readonly version: number
  readonly search: PolicySearch
  readonly onGoTo: (line: number) => void
}

/** May somebody open something, and because of which line? */
export function ExplainPanel({ draft, version, search, onGoTo }: ExplainPanelProps) {
  const [user, setUser] = useState(search.user ?? '')
  const [host, setHost] = useState(search.host ?? '')
  const [port, setPort] = useState(String(search.port ?? 22))
  const [login, setLogin] = useState('')
  const [from, setFrom] = useState('')
  const [against, setAgainst] = useState<'draft' | 'version'>(search.user === undefined ? 'draft' : 'version')
  const explain = useAct('policy.explain', { asks: true })
  const isDraft = draft !== undefined && against === 'draft'
  const ready = user.trim() !== '' && host.trim() !== ''
  const ask = () =>
    explain.mutate({
      user: user.trim(),
      host: host.trim(),
      port: Number(port),
      ...(login.trim() === '' ? {} : { login: login.trim() }),
      ...(from.trim() === '' ? {} : { from: from.trim() }),
      ...(isDraft ? { text: draft } : {}),
    })
  const askAtOnce = useEffectEvent(() => {
    if (search.user !== undefined && ready) ask()
  })
  // A question that came from elsewhere was asked there already: about what is in force, and by a press of its own.
  useEffect(() => askAtOnce(), [])
  return (
    <section aria-labelledby="policy-explain" className="pb-5">
      <header className="flex min-h-[42px] items-center gap-3 border-b border-rule px-6 max-wide:px-gutter">
        <h2 id="policy-explain">Explain</h2>
        <span className="flex-1" />
        {draft !== undefined && (
          <>
            <span className="text-ink-3">against</span>
            <Segments
              label="Against"
              segments={[
                { id: 'draft', label: 'draft' },
                { id: 'version', label: String(version) },
              ]}
              value={against}
              onChange={setAgainst}
            />
          </>
        )}
      </header>
      <form
        className="grid gap-3 px-6 py-3.5 max-wide:px-gutter"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) ask()
        }}
      >
        <div className="grid gap-3 mid:grid-cols-2">
          <TextField label="May" value={user} onChange={setUser} mono placeholder="alice" />
          <div className="grid grid-cols-[minmax(0,1fr)_5rem] gap-2">
            <TextField label="open" value={host} onChange={setHost} mono placeholder="db-1" />
            <TextField label="at port" value={port} onChange={setPort} mono inputMode="numeric" />
          </div>
          <TextField label="as" value={login} onChange={setLogin} mono placeholder="any login" />
          <TextField label="from" value={from} onChange={setFrom} mono placeholder="any address" />
        </div>
        <div>
          <Button type="submit" off={!ready} busy={explain.isPending ? 'Asking' : undefined}>
            Explain
          </Button>
        </div>
      </form>
      <div aria-live="polite" className="px-6 max-wide:px-gutter">
        {explain.error !== null && <Failure error={explain.error} />}
        {explain.data !== undefined && <Explained answer={explain.data} onGoTo={onGoTo} />}
      </div>
    </section>
  )
}
