/** A code that a person compares with the one on another screen, in its groups; read out letter by letter. */
export function CodeWord({ code }: { readonly code: string }) {
  const groups = code.split('-')
  return (
    <p className="mt-1.5 mb-2">
      <span className="sr-only">{groups.map((group) => group.split('').join(' ')).join(', ')}</span>
      <span
        aria-hidden
        className="flex flex-wrap gap-x-[0.5em] font-mono text-[2rem] leading-10 font-head tracking-[0.06em] mid:text-code"
      >
        {groups.map((group, index) => (
          <span key={`${index}-${group}`}>{group}</span>
        ))}
      </span>
    </p>
  )
}
