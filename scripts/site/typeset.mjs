/** Typesets equations: for each line { tex, display } of JSON, a line { html } or { error }. conf.py asks it. */

import { createInterface } from 'node:readline';
import katex from 'katex';

for await (const line of createInterface({ input: process.stdin })) {
  const { tex, display } = JSON.parse(line);
  let answer;
  try {
    answer = { html: katex.renderToString(tex, { displayMode: display, output: 'htmlAndMathml' }) };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
