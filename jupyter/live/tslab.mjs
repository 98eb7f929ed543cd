/** What cells import as 'tslab': its display functions, which write through `display`; the twin of jupyter/kernels/tslab/tslab.cjs. */

import { loadPackage } from './packages.mjs';

/** The kernel puts the function that writes in here. */
export const display = { lastWriteDisplayData: undefined };

// tslab's own module asks for these two by name.
globalThis[Symbol.for('pglab.tslab')] = display;

export const loadTslab = () => loadPackage('tslab');
