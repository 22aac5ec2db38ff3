import type { PolicyDiff, PolicyEffect } from '@sallyport/api'
import { Mark } from '../../ui/mark.tsx'
import { amountText } from '../../words/amounts.ts'

/** Who gains and who loses what, the losses first. */
export function EffectsList({ diff }: { readonly diff: PolicyDiff }) {
  const { effects, more, other_sections: sections } = diff
  return (
    <div className="grid gap-2">
      {effects.length === 0 && <p>Nobody gains or loses a way.</p>}
      <ul className="grid">
        {effects.map((effect) => (
          <Effect key={JSON.stringify(effect)} effect={effect} />
        ))}
      </ul>
      {more > 0 && <p className="text-ink-3">and {amountText(more, 'more change')}</p>}
      {sections.length > 0 && <p className="text-ink-2">Also different: {sections.join(', ')}.</p>}
    </div>
  )
}

function Effect({ effect: { change, who, opened, where, partly } }: { readonly effect: PolicyEffect }) {
  const loses = change === 'loses'
  return (
    <li className="grid grid-cols-[16px_minmax(0,1fr)] gap-2.5 border-b border-rule py-1.5">
      <Mark name={loses ? 'dash' : 'plus'} size="sm" className={`mt-0.5 ${loses ? 'text-stop' : 'text-accent'}`} />
      <span className="wrap-anywhere">
        <span className="mono">{namesText(who)}</span> <b>{change}</b> <span className="mono">{opened}</span> at{' '}
        <span className="mono">{namesText(where)}</span>
        {partly && <span className="text-ink-3"> in part</span>}
      </span>
    </li>
  )
}

function namesText({ names, more }: { readonly names: readonly string[]; readonly more: number }): string {
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`
}
