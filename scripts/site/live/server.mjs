/** A static web server on the loopback address, as plain as any: for tests of the site, and to look at it. */

import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const TYPES = {
  '.css': 'text/css',
  '.csv': 'text/csv',
  '.html': 'text/html',
  '.ipynb': 'application/json',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

/**
 * Serves `folder` under `under`, a path with a slash at both ends, as a host serves a project in a sub-folder.
 * @returns address (without a slash at its end), requests ({ path, status, bytes } of each), close
 */
export async function serve(folder, { under = '/', port = 0 } = {}) {
  const requests = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const answer = (status, bytes = 0) => {
      requests.push({ path, status, bytes });
      return response.writeHead(status);
    };
    if (!path.startsWith(under)) return answer(404).end();
    let file = normalize(join(folder, path.slice(under.length)));
    if (file !== normalize(folder) && !file.startsWith(normalize(folder) + sep)) return answer(404).end();
    if (existsSync(file) && statSync(file).isDirectory()) {
      if (!path.endsWith('/')) return response.setHeader('Location', `${path}/`) && answer(301).end();
      file = join(file, 'index.html');
    }
    if (!existsSync(file)) return answer(404).end();
    const { size, mtimeMs } = statSync(file);
    const tag = `"${size}-${mtimeMs}"`;
    response.setHeader('ETag', tag);
    if (request.headers['if-none-match'] === tag) return answer(304).end();
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    response.setHeader('Content-Length', size);
    answer(200, size);
    if (request.method === 'HEAD') return response.end();
    createReadStream(file).pipe(response);
  });
  await new Promise(resolve => server.listen(port, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}${under.replace(/\/$/, '')}`,
    requests,
    close: () =>
      new Promise(resolve => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
