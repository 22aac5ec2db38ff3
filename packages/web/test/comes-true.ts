import type { Page } from 'playwright-core'

/** Longest wait, in milliseconds. */
const WAIT_MS = 60_000
const POLL_MS = 50

/**
 * Waits until an expression is true in the page. Asked anew each time from outside: what Playwright itself leaves in the page
 * to poll would have to evaluate a text, which the page's content security policy forbids.
 */
export async function comesTrue(page: Page, expression: string): Promise<void> {
  const deadline = Date.now() + WAIT_MS
  while (!(await page.evaluate<boolean>(`Boolean(${expression})`))) {
    if (Date.now() > deadline) throw new Error(`never true: ${expression}`)
    await page.waitForTimeout(POLL_MS)
  }
}

/** Waits until the clipboard holds a text like this: what a press copies is there a moment after it. */
export async function isCopied(page: Page, pattern: RegExp): Promise<void> {
  const deadline = Date.now() + WAIT_MS
  for (;;) {
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    if (pattern.test(copied)) return
    if (Date.now() > deadline) throw new Error(`not copied: ${String(pattern)}, but ${copied}`)
    await page.waitForTimeout(POLL_MS)
  }
}
