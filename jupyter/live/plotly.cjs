/**
 * What cells import as 'plotly.js-dist'. The kernel has no page to draw on, but the notebook has: newPlot and react show their
 * figure below the cell, where plotly's own renderer draws it.
 */

'use strict';

const display = globalThis[Symbol.for('pglab.tslab')];

/** @param _ plotly draws into this element; here it is passed over */
async function show(_, data, layout = {}, config = {}) {
  const figure = Array.isArray(data) ? { data, layout, config } : data;
  const bundle = {
    'application/vnd.plotly.v1+json': JSON.parse(JSON.stringify(figure)),
    'text/plain': '[figure]',
  };
  display.lastWriteDisplayData({ data: bundle, metadata: {}, transient: {} }, false);
}

const notHere = name => () => {
  throw new Error(
    `A kernel has no page that plotly.js could change, so there is no ${name}: newPlot shows a figure.`,
  );
};

const OTHERS =
  'addFrames addTraces animate deleteFrames deleteTraces downloadImage extendTraces moveTraces prependTraces purge redraw relayout restyle toImage update';

module.exports = {
  newPlot: show,
  react: show,
  ...Object.fromEntries(OTHERS.split(' ').map(name => [name, notHere(name)])),
};
