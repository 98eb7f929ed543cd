/**
 * The way out of a cell: one function that sends a bundle of representations to the notebook.
 * Code may run in a notebook's kernel or in a plain script; the platform knows which.
 */

import { platform } from '../platform';

/** Whether this code runs in a notebook's kernel. @experimental */
export const inNotebook = (): boolean => platform.kernelDisplay() !== undefined;

/**
 * Shows one output below the cell. `data['text/plain']` is its plain form, which a script prints instead.
 */
export function display(data: Record<string, unknown>, metadata: Record<string, unknown> = {}): void {
  const write = platform.kernelDisplay();
  if (write) write({ data, metadata, transient: {} }, false);
  else if (data['text/plain']) console.log(data['text/plain']);
}

/** An output that changes in place: each call replaces what the last one showed. Undefined in a plain script. */
export function liveDisplay(): ((data: Record<string, unknown>) => void) | undefined {
  if (!inNotebook()) return undefined;
  // The id lives only while the kernel runs; notebooks don't keep it.
  const transient = { display_id: crypto.randomUUID() };
  let shown = false;
  return data => {
    platform.kernelDisplay()?.({ data, metadata: {}, transient }, shown);
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
