/**
 * The converter's view of files in the browser; the twin of jupyter/kernels/tslab/files.cjs. Packages' declarations lie in
 * packs, JSON files { path: text }, each of which is fetched when the compiler first looks into a folder of its packages;
 * everything else is the notebook's own and lies among the site's files.
 */

import { contents } from './contents.mjs';
import { beside, fetchNow } from './place.mjs';

const MODULES = '/node_modules';

/** DECLARATIONS, package to pack, is put in by the build. */
const packOf = new Map(Object.entries(DECLARATIONS));
const packs = new Map();
const files = new Map();
const folders = new Map([[MODULES, new Set()]]);

for (const name of packOf.keys()) register(`${MODULES}/${name}`);

/** Makes a path known to all folders above it. */
function register(path) {
  for (let at = path; at !== MODULES; ) {
    const parent = at.slice(0, at.lastIndexOf('/'));
    const inside = folders.get(parent) ?? new Set();
    folders.set(parent, inside.add(at.slice(parent.length + 1)));
    at = parent;
  }
}

/** Sees to it that the pack in which a path would be is there. */
function open(path) {
  const name = /^\/node_modules\/(@[^/]+\/[^/]+|[^@/][^/]*)/.exec(path)?.[1];
  const pack = packOf.get(name);
  if (pack === undefined || packs.has(pack)) return;
  const texts = JSON.parse(fetchNow(beside(`declarations/${pack}`)));
  packs.set(pack, true);
  for (const [file, text] of Object.entries(texts)) {
    files.set(file, text);
    register(file);
  }
}

const isOfPackage = path => path.startsWith(`${MODULES}/`) || path === MODULES;

/** @param folder the notebook's */
export function declarationsHost(folder) {
  return {
    folder,
    libFolder: `${MODULES}/typescript/lib`,
    typeRoots: [`${MODULES}/@types`],
    paths: { tslab: [`${MODULES}/tslab/dist/public.d.ts`] },
    fileExists(path) {
      if (!isOfPackage(path)) return !path.includes(MODULES) && contents.isFile(path);
      open(path);
      return files.has(path);
    },
    readFile(path) {
      if (!isOfPackage(path)) return contents.isFile(path) ? contents.text(path) : undefined;
      open(path);
      return files.get(path);
    },
    directoryExists(path) {
      if (!isOfPackage(path)) return !path.includes(MODULES) && contents.isFolder(path);
      open(path);
      return folders.has(path);
    },
    getDirectories(path) {
      if (!isOfPackage(path)) return contents.list(path).filter(name => contents.isFolder(`${path}/${name}`));
      if (path === `${MODULES}/@types`) return ['node']; // what every cell knows without importing it
      open(path);
      return [...(folders.get(path) ?? [])].filter(name => !files.has(`${path}/${name}`));
    },
    readDirectory: () => [],
    realpath: path => path,
    version: path => (isOfPackage(path) ? '1' : String(contents.version(path))),
  };
}
