const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A text where a page has text or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
}

/**
 * A page that goes on by itself to a path of this origin. Our own page asks for it then, and not the provider that the
 * browser comes from, so that the browser sends the session's cookie along, which is strictly for our own pages.
 */
export function goOnPage(title: string, path: string): string {
  const next = escapeHtml(path)
  return page(
    title,
    `<p>${escapeHtml(title)}. <a href="${next}">Go on</a></p>`,
    `<meta http-equiv="refresh" content="0;url=${next}">`,
  )
}

/** A page that says why something did not happen, in words of ours alone; it goes on by itself to where `back` says. */
export function refusalPage(
  title: string,
  lines: readonly string[],
  back?: { readonly path: string; readonly words: string },
): string {
  const body = lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')
  const next = escapeHtml(back?.path ?? '/')
  const head = back === undefined ? '' : `<meta http-equiv="refresh" content="0;url=${next}">`
  return page(
    title,
    `<h1>${escapeHtml(title)}</h1>${body}<p><a href="${next}">${escapeHtml(back?.words ?? 'Back to signing in')}</a></p>`,
    head,
  )
}

function page(title: string, body: string, head = ''): string {
  const meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
  return `<!doctype html><html lang="en"><head>${meta}${head}<title>${escapeHtml(title)}</title></head><body><main>${body}</main></body></html>\n`
}
