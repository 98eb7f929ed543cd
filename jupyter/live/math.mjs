/**
 * The functions of `Math` whose last bit the language leaves to the engine, as Node has them (lib/src/platform/elementary.ts).
 * Still the engine's own are those that no cell needs: cbrt, tan and its like, and pow; of pow, to which `**` belongs, the
 * versions of Node differ among themselves, but squares and square roots are the same in all engines.
 */

import { cos, exp, expm1, log, log1p, sin } from '../../lib/src/platform/elementary.ts';

/** Puts them into a Math object. */
export function portMath(math) {
  Object.assign(math, { cos, exp, expm1, log, log1p, sin });
}
