/**
 * The files that cells see: the site's (notebooks and data sets), which are fetched when they are read; those that the reader
 * uploaded or made (./drive.mjs); and over both what cells write, in memory until the kernel ends. All paths are absolute, with
 * forward slashes.
 */

import { drive } from './drive.mjs';
import { beside, fetchNow, filesUrl, notebookFolder } from './place.mjs';

class Contents {
  constructor() {
    /** Path to bytes; null for what is removed. */
    this.written = new Map();
    this.folders = new Set(['/', '/tmp']);
    this.versions = new Map();
    this.fetched = new Map();
    // One that the reader made is no folder of the site.
    this.makeFolder(notebookFolder);
  }

  /** The site's files, by a list that is fetched once: asking for one that is not there makes no request. */
  get site() {
    this.listed ??= new Set(JSON.parse(fetchNow(beside('files.json'))));
    if (!this.seen) {
      this.seen = true;
      for (const path of this.listed) this.addFolders(path);
    }
    return this.listed;
  }

  addFolders(path) {
    for (let at = parentOf(path); !this.folders.has(at); at = parentOf(at)) this.folders.add(at);
  }

  isFile(path) {
    const written = this.written.get(path);
    return written === undefined ? this.site.has(path) || drive.isFile(path) : written !== null;
  }

  isFolder(path) {
    return (this.site && this.folders.has(path)) || drive.isFolder(path);
  }

  /** The names in a folder. */
  list(folder) {
    const start = folder === '/' ? '/' : `${folder}/`;
    const all = [...this.site, ...this.written.keys()].filter(path => this.isFile(path));
    const inside = [...all, ...this.folders].filter(path => path.startsWith(start) && path !== start);
    const names = inside.map(path => path.slice(start.length).split('/')[0]);
    const own = drive.list(folder).filter(name => this.written.get(start + name) !== null);
    return [...new Set([...names, ...own])].sort();
  }

  /** A file's bytes, which must be there. */
  bytes(path) {
    const written = this.written.get(path);
    if (written) return written;
    if (!this.site.has(path)) return drive.bytes(path) ?? new Uint8Array();
    let bytes = this.fetched.get(path);
    if (!bytes) {
      bytes = fetchNow(filesUrl + path.slice(1).split('/').map(encodeURIComponent).join('/'), 'bytes');
      if (!bytes) throw new Error(`The site lists ${path}, but does not have it.`);
      this.fetched.set(path, bytes);
    }
    return bytes;
  }

  text(path) {
    return new TextDecoder().decode(this.bytes(path));
  }

  write(path, bytes) {
    this.written.set(path, bytes);
    this.versions.set(path, (this.versions.get(path) ?? 0) + 1);
  }

  remove(path) {
    this.written.set(path, null);
  }

  makeFolder(path) {
    this.addFolders(`${path}/.`);
  }

  removeFolder(path) {
    for (const folder of [...this.folders])
      if (folder === path || folder.startsWith(`${path}/`)) this.folders.delete(folder);
  }

  /** Changes with the file. */
  version(path) {
    if (this.versions.has(path)) return this.versions.get(path);
    return this.site.has(path) || !drive.isFile(path) ? 0 : drive.version(path);
  }
}

const parentOf = path => path.slice(0, path.lastIndexOf('/')) || '/';

export const contents = new Contents();
