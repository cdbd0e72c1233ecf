// A plain web server on a free port: files and nothing else, with the headers that are asked for.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

const kTypes = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
};

/** `folders` maps the beginning of a path to a folder: { '/': 'build/web' }. What `hidden` matches is not found. */
export async function serve(folders, { headers = {}, hidden } = {}) {
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length);
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://host').pathname));
    const prefix = prefixes.find((each) => path.startsWith(each));
    const file = join(folders[prefix] ?? '', path.slice(prefix?.length), path.endsWith('/') ? 'index.html' : '');
    const body = hidden?.test(path) ? Promise.reject(new Error('hidden')) : readFile(file);
    body.then(
      (bytes) => response.writeHead(200, { 'content-type': kTypes[extname(file)] ?? 'application/octet-stream', ...headers }).end(bytes),
      () => response.writeHead(404).end('not found'),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
