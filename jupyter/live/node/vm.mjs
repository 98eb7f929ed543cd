/** A script in the global scope. Nothing can stop it from outside, as Node's breakOnSigint does. */

// biome-ignore lint/security/noGlobalEval: this is what a kernel is for.
const globalEval = globalThis.eval;

export const runInThisContext = script => globalEval(script);
