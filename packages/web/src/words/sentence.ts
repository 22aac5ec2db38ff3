/** The gateway's messages are short and lower case, so that they fit anywhere; on a page they are sentences. */
export function sentence(message: string): string {
  const text = message.trim()
  if (text === '') return text
  const begun = text[0]?.toUpperCase() + text.slice(1)
  return /[.!?:]$/.test(begun) ? begun : `${begun}.`
}
