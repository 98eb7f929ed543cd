/** Where this worker is: what its name says (see ./worker.mjs), and the folder of its script. */

const { folder = '/', files = '', site, context } = self.name ? JSON.parse(self.name) : {};

/** The notebook's folder, an absolute path among the site's files. */
export const notebookFolder = folder.length > 1 ? folder.replace(/\/$/, '') : '/';
/** The address under which the site's files are, with a slash at its end. */
export const filesUrl = files;
/** The application's address, and the name under which its page answers; undefined where there is none. */
export const siteUrl = site;
export const page = context;
/** The address of a file beside this worker's script. */
export const beside = name => new URL(name, self.location.href).href;

/** The answer to a request that is waited for; undefined where there is no such file. */
export function fetchNow(url, kind) {
  const request = new XMLHttpRequest();
  request.open('GET', url, false);
  if (kind === 'bytes') request.responseType = 'arraybuffer';
  request.send();
  if (request.status === 404) return undefined;
  if (request.status !== 200 && request.status !== 0)
    throw new Error(`The site answered ${request.status} to a request for ${url}.`);
  return kind === 'bytes' ? new Uint8Array(request.response) : request.responseText;
}
