import { defineConfig } from 'vite';

export default defineConfig({
  root: 'src/main/ui',
  // Built by Maven into the classes; see build.mjs.
  build: {
    emptyOutDir: true,
    target: 'es2022',
    // Everything from our own place, and nothing inlined: the page's policy allows no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: {
    // `npm run dev` beside a running `recount up`.
    proxy: { '/api': 'http://127.0.0.1:8090', '/v1': 'http://127.0.0.1:8090' },
  },
});
