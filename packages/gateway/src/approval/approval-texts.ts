import { renderUnicodeCompact } from 'uqr'
import type { Ask } from '../access/asked-factors.ts'

/** Light modules around a QR code: one is enough for every reader tried, and lines are few in a terminal. */
const QR_BORDER = 1

/** The page on which a login is approved. */
export function approvalUrl(origin: string, code: string): string {
  return `${origin}/approve/${code}`
}

/**
 * For whoever may be unable to answer: clients that ask nobody end after this text. Lines end with CR LF, as in every text for
 * a terminal during sign-in.
 */
export function secondFactorBanner(origin: string, { orCertificate }: Pick<Ask, 'orCertificate'>): string {
  const certificate = orCertificate ? ', or with a certificate: sallyport login' : ''
  return lines(
    `This login needs a second factor (${origin}).`,
    `A program that cannot be asked gets in after you did once from a terminal here${certificate}.`,
  )
}

/** Shown in the terminal while a person looks for the page. In a banner: clients cut and escape the prompts' own texts. */
export function approvalBanner(url: string, code: string, qr: boolean): string {
  const drawn = qr ? [...renderUnicodeCompact(url, { border: QR_BORDER }).split('\n'), ''] : []
  return lines('', 'Open this page, compare the code, and approve:', '', `  ${url}`, `  Code ${code}`, '', ...drawn)
}

function lines(...texts: readonly string[]): string {
  return texts.map((text) => `${text}\r\n`).join('')
}
