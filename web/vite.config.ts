import { defineConfig, type Plugin } from 'vite';

// The policy under which the built page runs wherever it is served from; the relay sends the same as a header.
const kPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "object-src 'none'",
].join('; ');

const policy: Plugin = {
  name: 'content-security-policy',
  apply: 'build', // vite's development server puts styles into the page
  transformIndexHtml: () => [{ tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: kPolicy }, injectTo: 'head-prepend' }],
};

export default defineConfig({
  plugins: [policy],
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['audioengine'] }, // its worklet and wasm are found beside its own file
  server: { fs: { allow: ['..'] } }, // the recordings lie in tests/support
});
