/**
 * Which way the imports of lib/src point: `npx depcruise lib/src` checks it, and so does tests/imports.test.mjs.
 *
 * Each layer may import itself and those above it in this list, none below. No two files import each other, by whatever detour.
 */

const LAYERS = [
  'platform', // where it runs: Node or a browser
  'recipe.ts',
  'math',
  'interrupt.ts',
  'sealed.ts',
  'distributions',
  'mdp',
  'envs',
  'networks',
  'policies',
  'rollout',
  'objectives',
  'estimators',
  'algorithms',
  // Leaves: nothing above imports one of them.
  'logging',
  'plots',
  'notebook',
  'homework',
  'library.ts', // the public names
  'parallel', // sends what is public to other threads by its name
  'index.ts',
];

const pattern = layer => `^lib/src/${layer.endsWith('.ts') ? `${layer.slice(0, -3)}\\.ts$` : `${layer}/`}`;

const KNOWN = [...LAYERS.map(pattern), '^lib/src/index\\.mts$'];

/** Only these know tensors. */
const TENSORS = '^lib/src/(networks/tf/|objectives/tf|homework/)';

module.exports = {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unknown-layer', severity: 'error', from: { path: '^lib/src/', pathNot: KNOWN }, to: {} },
    { name: 'no-unknown-layer', severity: 'error', from: {}, to: { path: '^lib/src/', pathNot: KNOWN } },
    ...LAYERS.slice(0, -1).map((layer, i) => ({
      name: `${layer}-below`,
      comment: `lib/src/${layer} imports none of the layers that come after it.`,
      severity: 'error',
      from: { path: pattern(layer) },
      to: { path: LAYERS.slice(i + 1).map(pattern) },
    })),
    {
      name: 'tensors',
      comment: 'Only networks/tf and what turns losses in TensorFlow.js into objectives knows tensors.',
      severity: 'error',
      from: { path: '^lib/src/', pathNot: TENSORS },
      to: { path: '^lib/src/networks/tf/(tensorflow|types)\\.ts$|@tensorflow' },
    },
  ],
  options: {
    tsPreCompilationDeps: true, // types count: who reads the one needs the other
    doNotFollow: { path: 'node_modules' },
  },
};
