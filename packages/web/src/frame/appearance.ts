/** How the console looks in this browser; the page's first script reads the same. */
export interface Appearance {
  readonly theme: 'system' | 'light' | 'dark'
  readonly contrast: 'system' | 'more' | 'normal'
}

const KEY = 'sallyport.appearance'
const AS_SYSTEM: Appearance = { theme: 'system', contrast: 'system' }

export function appearance(): Appearance {
  try {
    const { theme, contrast } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, unknown>
    return {
      theme: theme === 'light' || theme === 'dark' ? theme : 'system',
      contrast: contrast === 'more' || contrast === 'normal' ? contrast : 'system',
    }
  } catch {
    return AS_SYSTEM
  }
}

/** Takes effect at once, and again when the console is opened anew. */
export function setAppearance(next: Appearance): void {
  const { dataset } = document.documentElement
  if (next.theme === 'system') delete dataset['theme']
  else dataset['theme'] = next.theme
  if (next.contrast === 'system') delete dataset['contrast']
  else dataset['contrast'] = next.contrast
  localStorage.setItem(KEY, JSON.stringify(next))
}
