/** What a check of the homework says of a function. */

import assert from 'node:assert/strict';
import { CheckError } from 'pglab';

/** Runs a check: the line that it prints, or the sentence of the CheckError that it throws. */
export function verdict(run: () => void): string {
  const { log } = console;
  const lines: string[] = [];
  console.log = (line: string) => lines.push(line);
  try {
    run();
    return lines.join('\n');
  } catch (error) {
    assert.ok(error instanceof CheckError, String((error as Error).stack));
    assert.doesNotMatch(error.stack ?? '', /\n\s+at /, 'a sentence has no stack of calls');
    return error.message;
  } finally {
    console.log = log;
  }
}
