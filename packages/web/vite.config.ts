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

/** Zod's way to JSON Schema, which a browser never asks for: 6 kB that every page would load. Its schemas name it, so names stay. */
const JSON_SCHEMA = /\/node_modules\/zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/
const noJsonSchema: Plugin = {
  name: 'no-json-schema',
  enforce: 'pre',
  transform: (code, id) => {
    if (!JSON_SCHEMA.test(id)) return undefined
    const names = [...code.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name)
    return { code: names.map((name) => `export const ${name} = () => () => undefined`).join('\n'), map: null }
  },
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [englishOnly, noJsonSchema, tailwindcss()],
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
      // One chunk, so that what keeps zod from compiling with `new Function` runs before the first schema.
      output: { codeSplitting: { groups: [{ name: 'api', test: /\/(packages\/api|node_modules\/zod)\// }] } },
      onLog: (level, log, show) => {
        // "use client" is for servers that render; there is none here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') show(level, log)
      },
    },
  },
})
