/** Completion, inspection and "is this cell complete?": the compiler's answers in Jupyter's words. No import of Node. */

'use strict';

const WORD_BEFORE = /[\p{ID_Continue}$]*$/u;
/** `name?` or `object.name?`, alone in a cell: a question to the pager, as in IPython. */
const QUESTION = /^\s*([\p{ID_Start}$_][\p{ID_Continue}$.]*)\s*\?\s*$/u;
const WORD_AFTER = /^[\p{ID_Continue}$]*/u;

/**
 * What may stand at `position` of a cell that begins at `offset` of `file`: candidates and the range that they replace.
 * Names that begin with the word at the cursor come first, then those that begin so in other letter case, then those
 * that hold it.
 */
function completion(service, file, code, position, offset) {
  const found = service.getCompletionsAtPosition(file, position + offset, {});
  const span = found?.entries[0]?.replacementSpan;
  const start = span ? span.start - offset : position - WORD_BEFORE.exec(code.slice(0, position))[0].length;
  const end = span ? start + span.length : position + WORD_AFTER.exec(code.slice(position))[0].length;
  const word = code.slice(start, end);
  const rank = name => {
    if (name.startsWith(word)) return 0;
    if (name.toLowerCase().startsWith(word.toLowerCase())) return 1;
    return name.toLowerCase().includes(word.toLowerCase()) ? 2 : 3;
  };
  const entries = (found?.entries ?? [])
    .map(({ name, sortText }) => ({ name, rank: rank(name), sortText }))
    .filter(entry => entry.rank < 3);
  const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  if (word === '') entries.sort((a, b) => order(a.sortText, b.sortText) || a.name.localeCompare(b.name));
  else entries.sort((a, b) => a.rank - b.rank || order(a.sortText, b.sortText));
  return { start, end, candidates: entries.map(({ name }) => name) };
}

/**
 * What stands at `position`: its signature and documentation; undefined if nothing does. `whole` says also that it was
 * imported, which `text` leaves out; `name` is the word there.
 */
function inspection(ts, service, file, position, offset) {
  const info = service.getQuickInfoAtPosition(file, position + offset);
  if (!info) return undefined;
  const signature = ts.displayPartsToString(info.displayParts);
  const tags = (info.tags ?? []).map(({ name, text }) => {
    const words = ts.displayPartsToString(text);
    return words && name === 'param' ? `@param ${words}` : words;
  });
  const parts = [ts.displayPartsToString(info.documentation), ...tags].filter(Boolean);
  const documented = text => (parts.length > 0 ? `${text}\n\n${parts.join('\n')}` : text);
  const { start, length } = info.textSpan;
  return {
    name: service
      .getProgram()
      .getSourceFile(file)
      .text.slice(start, start + length),
    whole: documented(signature),
    text: documented(signature.replace(/^\(alias\) /, '').replace(/\nimport \S+$/, '')),
  };
}

/** Whether a text is a whole cell: 'complete', 'incomplete' (with the next line's indent) or 'invalid'. */
function completeness(file) {
  const { text, parseDiagnostics } = file;
  if (helpAsked(text) !== undefined) return { status: 'complete' };
  if (parseDiagnostics.length === 0 || /(^|\n)\s*\n\s*$/.test(text))
    return { status: parseDiagnostics.length === 0 ? 'complete' : 'invalid' };
  const end = text.trimEnd().length;
  const unfinished =
    parseDiagnostics.some(({ start }) => start >= end) || /`[^`]*$|\/\*(?![\s\S]*\*\/)/.test(text);
  return unfinished ? { status: 'incomplete', indent: indentAfter(text) } : { status: 'invalid' };
}

/** The name that a cell asks about with a question mark, or undefined if it is code. */
const helpAsked = code => QUESTION.exec(code)?.[1];

function indentAfter(text) {
  const line = /[^\n]*$/.exec(text)[0];
  const current = /^\s*/.exec(line)[0];
  return /[{([]\s*(\/\/.*)?$/.test(line) ? `${current}  ` : current;
}

module.exports = { completion, inspection, completeness, helpAsked };
