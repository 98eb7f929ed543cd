/**
 * From whatever was thrown to what Jupyter shows: a name, a message, and a traceback that points into the cells'
 * TypeScript. Frames of Node and of the kernel are left out; files of packages are named as `package/path`; no text
 * holds a path of the machine, so that a committed output is the same everywhere.
 */

'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { inspect } = require('node:util');

const PROJECT = path.resolve(__dirname, '..', '..', '..');
const FRAME = /^\s+at (?:async )?(?:(.+?) \()?([^()]+):(\d+):(\d+)\)?$/;
/** A browser's kernel runs a cell by eval, under whose name the cell's own frame stands, too. */
const EVAL = /^\s+at eval \(<anonymous>\)$/;
const UNPARSED_AT = /^evalmachine\.<anonymous>:(\d+)\n/;
const FRAMES_SHOWN = 12;
const CAUSES_SHOWN = 5;

/** Folders that are replaced in texts; the longer first. */
const ROOTS = [
  [process.cwd(), '.'],
  [PROJECT, '.'],
  [os.homedir(), '~'],
  [os.tmpdir(), '<tmp>'],
]
  .filter(([folder]) => path.dirname(folder) !== folder)
  .sort(([a], [b]) => b.length - a.length)
  .map(([folder, name]) => {
    const escaped = folder.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\\\\|\//g, '[\\\\/]');
    return { pattern: new RegExp(`(?:file://)?${escaped}(?![\\w-])([\\\\/])?`, 'g'), name };
  });

/** A text without this machine's folders: what lies in the project or the notebook's folder becomes relative. */
function withoutPaths(text) {
  return ROOTS.reduce(
    (result, { pattern, name }) =>
      result.replace(pattern, (_, slash) => (name === '.' && slash ? '' : name + (slash ?? ''))),
    text,
  );
}

class Tracebacks {
  /** @param sources the cells' Sources  @param hidden folders, or addresses, whose frames are the kernel's own */
  constructor(sources, hidden) {
    this.sources = sources;
    this.hidden = [__dirname, ...hidden].map(folder => folder + path.sep);
    this.packages = new Map();
  }

  /** What Jupyter's error says of a thrown value; lines of the cell that became `script` are named without its number. */
  describe(thrown, script) {
    const { ename, evalue } = nameAndMessage(thrown);
    return { ename, evalue, traceback: this.lines(thrown, script, CAUSES_SHOWN) };
  }

  /** The same of a cell that did not compile. */
  describeDiagnostics(diagnostics, source) {
    const lines = source.split('\n');
    const texts = diagnostics.map(({ start, messageText, fileName }) =>
      withoutPaths(
        `${fileName ? fileName + ' ' : ''}${start.line + 1}:${start.character + 1} - ${messageText}`,
      ),
    );
    const more = texts.length > 1 ? ` (and ${texts.length - 1} more)` : '';
    const traceback = diagnostics.flatMap(({ start, fileName }, i) => {
      if (fileName) return [texts[i]];
      const quoted = quote(start.line + 1, lines[start.line] ?? '');
      const indent = ' '.repeat(quoted.length - (lines[start.line] ?? '').length + start.character);
      return [`cell line ${texts[i]}`, quoted, `${indent}^`];
    });
    return {
      ename: 'TypeScriptError',
      evalue: texts[0] + more,
      traceback: [`TypeScriptError: ${texts.length} in this cell`, ...traceback],
    };
  }

  lines(thrown, script, causesLeft) {
    const { ename, evalue } = nameAndMessage(thrown);
    const result = [`${ename}: ${evalue}`, ...this.frames(thrown, script)];
    const cause = isError(thrown) && 'cause' in thrown ? thrown.cause : undefined;
    if (cause === undefined || causesLeft === 0) return result;
    const [head, ...rest] = this.lines(cause, script, causesLeft - 1);
    return [...result, `Caused by ${head}`, ...rest];
  }

  frames(thrown, script) {
    const stack = isError(thrown) ? String(thrown.stack) : '';
    const places = stack.split('\n').filter(line => /^\s+at /.test(line));
    // What does not parse has no frame: the place is in the stack's first line, under a script name not yet its own.
    const place = UNPARSED_AT.exec(stack);
    if (place && script) places.unshift(`    at ${script}:${place[1]}:1`);
    const frames = places.map(line => this.frame(line, script)).filter(frame => frame !== '');
    const shown = [];
    for (let i = 0, same = 0; i < frames.length; i += same) {
      same = 1;
      while (frames[i + same] === frames[i]) same++;
      shown.push(frames[i]);
      if (same > 1) shown.push(`    ... and ${same - 1} more times ...`);
    }
    if (shown.length <= FRAMES_SHOWN) return shown;
    const last = FRAMES_SHOWN / 3;
    return [
      ...shown.slice(0, FRAMES_SHOWN - last),
      `    ... ${shown.length - FRAMES_SHOWN} more ...`,
      ...shown.slice(-last),
    ];
  }

  /** A line of a stack as text to show; '' if it is not the user's business. */
  frame(line, script) {
    if (EVAL.test(line)) return '';
    const match = FRAME.exec(line);
    if (!match) return withoutPaths(line);
    const [, called, file, row, column] = match;
    const name = called === 'eval' ? undefined : called;
    if (this.sources.has(file)) {
      const place = this.sources.locate(file, Number(row), Number(column));
      if (!place) return '';
      const cell = file === script ? 'cell line' : `cell ${place.label} line`;
      const where = `${cell} ${place.line}`;
      return `    at ${name ? `${name} (${where})` : where}\n${quote(place.line, place.text)}`;
    }
    const shown = this.fileName(file);
    if (shown === undefined) return '';
    const where = `${shown}:${row}:${column}`;
    return `    at ${name ? `${name} (${where})` : where}`;
  }

  /** `package/path` for a file of a package, a relative path for one beside the notebook; undefined for hidden ones. */
  fileName(file) {
    if (file.startsWith('node:') || file.startsWith('evalmachine.')) return undefined;
    const full = file.startsWith('file:') ? fileURLToPath(file) : file;
    if (this.hidden.some(folder => full.startsWith(folder))) return undefined;
    if (!path.isAbsolute(full)) return full;
    const beside = path.relative(process.cwd(), full);
    if (!beside.startsWith('..') && !path.isAbsolute(beside) && !beside.includes('node_modules'))
      return slashes(beside);
    const { folder, name } = this.packageOf(path.dirname(full));
    return folder ? slashes(path.join(name, path.relative(folder, full))) : path.basename(full);
  }

  packageOf(folder) {
    const known = this.packages.get(folder);
    if (known) return known;
    let name;
    try {
      name = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')).name;
    } catch {
      // Not a package's folder, or not a readable one: look further up.
    }
    const parent = path.dirname(folder);
    const found = name ? { folder, name } : parent === folder ? {} : this.packageOf(parent);
    this.packages.set(folder, found);
    return found;
  }
}

const slashes = file => file.replaceAll('\\', '/');
const quote = (line, text) => `    ${String(line).padStart(5)} | ${text}`;
const isError = value => typeof value?.stack === 'string' && 'message' in Object(value);

function nameAndMessage(thrown) {
  if (!isError(thrown))
    return { ename: 'Uncaught', evalue: withoutPaths(typeof thrown === 'string' ? thrown : inspect(thrown)) };
  const ownName = thrown.name && thrown.name !== 'Error' ? thrown.name : thrown.constructor?.name;
  return { ename: String(ownName || 'Error'), evalue: withoutPaths(String(thrown.message)) };
}

module.exports = { Tracebacks };
