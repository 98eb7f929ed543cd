/**
 * The way out of a cell: one function that sends a bundle of representations to the notebook.
 *
 * Code may run in a notebook's kernel or in a plain script. The kernel (tslab) is a module that is loaded already
 * when a cell runs, so it is looked up among the loaded modules and never loaded from here: importing the library
 * stays light, and a script needs no Jupyter.
 */

import { randomUUID } from 'node:crypto';

/** One output in several representations, from MIME type to content: text, or an object for a JSON type. */
interface DisplayBundle {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  transient: Record<string, unknown>;
}

type Write = (bundle: DisplayBundle, update: boolean) => void;

const KERNEL_MODULE = /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/;

/** The running kernel's display function of the cell that is executing; undefined in a plain script. */
function kernelWrite(): Write | undefined {
  for (const [path, loaded] of Object.entries(require.cache))
    if (KERNEL_MODULE.test(path)) {
      const write = loaded?.exports?.lastWriteDisplayData;
      if (typeof write === 'function') return write;
    }
  return undefined;
}

/** Whether this code runs in a notebook's kernel. */
export const inNotebook = (): boolean => kernelWrite() !== undefined;

/**
 * Shows one output below the cell. `data['text/plain']` is its plain form, which a script prints instead.
 */
export function display(data: Record<string, unknown>, metadata: Record<string, unknown> = {}): void {
  const write = kernelWrite();
  if (write) write({ data, metadata, transient: {} }, false);
  else if (data['text/plain']) console.log(data['text/plain']);
}

/** An output that changes in place: each call replaces what the last one showed. Undefined in a plain script. */
export function liveDisplay(): ((data: Record<string, unknown>) => void) | undefined {
  if (!inNotebook()) return undefined;
  // The id lives only while the kernel runs; notebooks don't keep it.
  const transient = { display_id: randomUUID() };
  let shown = false;
  return data => {
    kernelWrite()?.({ data, metadata: {}, transient }, shown);
    shown = true;
  };
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text made safe inside HTML and SVG, quoted attributes included; characters that XML cannot hold are dropped. */
export const escapeMarkup = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML 1.0 forbids.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, character => ENTITIES[character]);

/** Shows a caption (Markdown, with $...$ for formulas) below an output of the given kind. */
export function displayCaption(kind: 'Figure' | 'Table' | 'Animation', caption: string | undefined): void {
  if (!caption) return;
  if (inNotebook())
    display({ 'text/markdown': `**${kind}.** ${caption}`, 'text/plain': `${kind}. ${caption}` });
  else console.log(`${kind}. ${caption}`);
}
