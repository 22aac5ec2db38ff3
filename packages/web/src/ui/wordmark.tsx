import { Brand } from './brand.tsx'

/** The mark, the product's name, and the gateway's where the page is about it. */
export function Wordmark({ gateway }: { readonly gateway?: string | undefined }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-2.5 text-md">
      <Brand />
      <b className="tracking-word">Sallyport</b>
      {gateway !== undefined && (
        <span className="text-ink-3 text-md">
          <span className="mono break-all">{gateway}</span>
        </span>
      )}
    </span>
  )
}
