/** Node's files over those that a browser's notebook has (../contents.mjs): at once, with a callback, or as a promise. */

import { Buffer } from 'buffer';
import path from 'path-browserify';
import { contents } from '../contents.mjs';
import { loadPackage } from '../packages.mjs';
import { notebookFolder } from '../place.mjs';

const WHY = {
  ENOENT: 'no such file or directory',
  EISDIR: 'illegal operation on a directory',
  ENOTDIR: 'not a directory',
  EEXIST: 'file already exists',
  ENOTEMPTY: 'directory not empty',
};

function fail(code, syscall, file) {
  throw Object.assign(new Error(`${code}: ${WHY[code]}, ${syscall} '${file}'`), {
    code,
    syscall,
    path: file,
  });
}

const full = file =>
  path.resolve(notebookFolder, file instanceof URL ? decodeURIComponent(file.pathname) : String(file));
const encodingOf = options => (typeof options === 'string' ? options : options?.encoding);
const bytesOf = (data, encoding) =>
  typeof data === 'string'
    ? Buffer.from(data, encoding)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

export const constants = { F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4, COPYFILE_EXCL: 1 };

export function existsSync(file) {
  const at = full(file);
  return contents.isFile(at) || contents.isFolder(at);
}

export function accessSync(file) {
  if (!existsSync(file)) fail('ENOENT', 'access', file);
}

export function readFileSync(file, options) {
  const at = full(file);
  if (contents.isFolder(at)) fail('EISDIR', 'read', file);
  if (!contents.isFile(at)) fail('ENOENT', 'open', file);
  const bytes = Buffer.from(contents.bytes(at));
  const encoding = encodingOf(options);
  return encoding ? bytes.toString(encoding) : bytes;
}

export function writeFileSync(file, data, options) {
  const at = full(file);
  if (contents.isFolder(at)) fail('EISDIR', 'open', file);
  if (!contents.isFolder(path.dirname(at))) fail('ENOENT', 'open', file);
  const bytes = Uint8Array.from(bytesOf(data, encodingOf(options)));
  if (/^a/.test(options?.flag ?? '') && contents.isFile(at))
    contents.write(at, Buffer.concat([contents.bytes(at), bytes]));
  else contents.write(at, bytes);
}

export const appendFileSync = (file, data, options) =>
  writeFileSync(file, data, { encoding: encodingOf(options), flag: 'a' });

export function mkdirSync(folder, options) {
  const at = full(folder);
  if (contents.isFile(at)) fail('EEXIST', 'mkdir', folder);
  if (!options?.recursive) {
    if (contents.isFolder(at)) fail('EEXIST', 'mkdir', folder);
    if (!contents.isFolder(path.dirname(at))) fail('ENOENT', 'mkdir', folder);
  }
  contents.makeFolder(at);
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export function mkdtempSync(prefix) {
  const end = [...crypto.getRandomValues(new Uint8Array(6))].map(byte => LETTERS[byte % LETTERS.length]);
  const folder = `${prefix}${end.join('')}`;
  mkdirSync(folder);
  return folder;
}

export function readdirSync(folder, options) {
  const at = full(folder);
  if (contents.isFile(at)) fail('ENOTDIR', 'scandir', folder);
  if (!contents.isFolder(at)) fail('ENOENT', 'scandir', folder);
  const names = contents.list(at);
  if (!options?.withFileTypes) return names;
  return names.map(name => ({ name, parentPath: folder, ...kind(path.join(at, name)) }));
}

const kind = at => ({ isFile: () => contents.isFile(at), isDirectory: () => contents.isFolder(at) });

export function statSync(file, options) {
  const at = full(file);
  if (!existsSync(at)) {
    if (options?.throwIfNoEntry === false) return undefined;
    fail('ENOENT', 'stat', file);
  }
  const size = contents.isFile(at) ? contents.bytes(at).length : 0;
  const mtimeMs = contents.version(at);
  return { size, mtimeMs, mtime: new Date(mtimeMs), isSymbolicLink: () => false, ...kind(at) };
}

export function unlinkSync(file) {
  const at = full(file);
  if (!contents.isFile(at)) fail('ENOENT', 'unlink', file);
  contents.remove(at);
}

export function rmSync(file, options) {
  const at = full(file);
  if (contents.isFile(at)) contents.remove(at);
  else if (contents.isFolder(at)) {
    if (!options?.recursive) fail('EISDIR', 'rm', file);
    for (const name of contents.list(at)) rmSync(path.join(at, name), options);
    contents.removeFolder(at);
  } else if (!options?.force) fail('ENOENT', 'rm', file);
}

export function rmdirSync(folder) {
  const at = full(folder);
  if (!contents.isFolder(at)) fail(contents.isFile(at) ? 'ENOTDIR' : 'ENOENT', 'rmdir', folder);
  if (contents.list(at).length > 0) fail('ENOTEMPTY', 'rmdir', folder);
  contents.removeFolder(at);
}

export function copyFileSync(from, to) {
  writeFileSync(to, readFileSync(from));
}

export function renameSync(from, to) {
  copyFileSync(from, to);
  unlinkSync(from);
}

export const realpathSync = file => {
  accessSync(file);
  return full(file);
};
export const lstatSync = statSync;

/** Streams come with a package of their own, which most cells never need. */
export function createReadStream(file, options) {
  const { Readable } = loadPackage('node stream');
  const encoding = encodingOf(options);
  const stream = new Readable({
    read() {
      try {
        for (let bytes = readFileSync(file), at = 0; at < bytes.length; at += CHUNK)
          this.push(bytes.subarray(at, at + CHUNK));
        this.push(null);
      } catch (error) {
        this.destroy(error);
      }
    },
  });
  return encoding ? stream.setEncoding(encoding) : stream;
}

/** As Node reads a file. */
const CHUNK = 65_536;

export function createWriteStream(file, options) {
  const { Writable } = loadPackage('node stream');
  writeFileSync(file, '', options);
  return new Writable({
    write(data, encoding, done) {
      appendFileSync(file, data, encoding === 'buffer' ? undefined : encoding);
      done();
    },
  });
}

const SYNCHRONOUS = {
  access: accessSync,
  appendFile: appendFileSync,
  copyFile: copyFileSync,
  lstat: lstatSync,
  mkdir: mkdirSync,
  mkdtemp: mkdtempSync,
  readFile: readFileSync,
  readdir: readdirSync,
  realpath: realpathSync,
  rename: renameSync,
  rm: rmSync,
  rmdir: rmdirSync,
  stat: statSync,
  unlink: unlinkSync,
  writeFile: writeFileSync,
};

export const promises = Object.fromEntries(
  Object.entries(SYNCHRONOUS).map(([name, work]) => [name, async (...args) => work(...args)]),
);

const withCallback =
  name =>
  (...args) => {
    const done = args.pop();
    promises[name](...args).then(value => done(null, value), done);
  };

export const access = withCallback('access');
export const appendFile = withCallback('appendFile');
export const copyFile = withCallback('copyFile');
export const mkdir = withCallback('mkdir');
export const readFile = withCallback('readFile');
export const readdir = withCallback('readdir');
export const rename = withCallback('rename');
export const rm = withCallback('rm');
export const stat = withCallback('stat');
export const unlink = withCallback('unlink');
export const writeFile = withCallback('writeFile');
export const exists = (file, done) => queueMicrotask(() => done(existsSync(file)));
