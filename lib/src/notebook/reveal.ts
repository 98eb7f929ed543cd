/**
 * `reveal(question, guess, answer)`: the computed answer beside the reader's guess.
 *
 * A reader who has committed to a guess looks at the answer with other eyes. A cell with one line to edit comes first,
 * `const myGuess = NaN;`, and the cell that computes ends with `reveal`. Without a guess it shows the answer alone.
 */

import { show } from '../math/check';
import { formatCell } from './table';

/**
 * Prints one line: the question, the answer, and the guess. Numbers are shown to three significant digits.
 * @param guess NaN or '' for none yet
 * Throws a TypeError unless guess and answer are both numbers or both texts.
 * @experimental
 */
export function reveal(question: string, guess: number, answer: number): void;
export function reveal(question: string, guess: string, answer: string): void;
export function reveal(question: string, guess: number | string, answer: number | string): void {
  if (typeof guess !== typeof answer || !['number', 'string'].includes(typeof answer))
    throw new TypeError(
      `guess is ${show(guess)} and answer ${show(answer)}, but they must be two numbers or two texts.`,
    );
  console.log(`${question}: ${formatCell(answer, 3)} (${verdict(guess, answer)})`);
}

function verdict(guess: number | string, answer: number | string): string {
  if (guess === '' || Number.isNaN(guess)) return 'no guess yet';
  const said = `your guess: ${formatCell(guess, 3)}`;
  if (formatCell(guess, 3) === formatCell(answer, 3)) return `${said}, right`;
  if (typeof guess === 'string' || !(guess > 0 && Number(answer) > 0)) return said;
  const ratio = guess / Number(answer);
  return `${said}, ${formatCell(Math.max(ratio, 1 / ratio), 2)} times too ${ratio > 1 ? 'large' : 'small'}`;
}
