import tailwindcss from '@tailwindcss/vite'
import { defineConfig, type Plugin } from 'vite'

/** The oldest browsers that know `light-dark()`, on which every colour rests; older ones would get rewritten colours. */
const BROWSERS = ['chrome123', 'edge123', 'firefox120', 'safari17.5']

/** The component library's own words in the thirty languages the console does not speak: 20 kB that every page would load. */
const OTHER_LANGUAGES =
  /\/react-(aria|stately|aria-components)\/dist\/private\/intl\/.*\/(?!en-US)[a-z]{2}-[A-Z]{2}\.mjs$/
const englishOnly: Plugin = {
  name: 'english-only',
  enforce: 'pre',
  load: (id) => (OTHER_LANGUAGES.test(id) ? 'export default {}' : undefined),
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [englishOnly, tailwindcss()],
  html: { cspNonce: '__CSP_NONCE__' },
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    target: BROWSERS,
    cssTarget: BROWSERS,
    outDir: 'dist',
    emptyOutDir: true,
    // Data URLs would need holes in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      onLog: (level, log, show) => {
        // "use client" is for servers that render; there is none here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') show(level, log)
      },
    },
  },
})
