/**
 * `show(figure)`: a figure below the cell.
 *
 * What is sent is one bundle: the figure for plotly.js, which JupyterLab and VS Code draw as an interactive chart,
 * and its alternative text. Where nothing interactive runs (GitHub, a converted page) a picture stands in for it:
 * `npm run notebooks` draws that with the real plotly.js when it executes the notebook, and puts it into the bundle.
 */

import { knownOptions, type OptionNames } from '../math/check';
import { cleanFigure, describeFigure, type Figure, plainText } from '../plots/figure';
import { display, displayCaption } from './kernel';

/** Options of `show`. */
export interface ShowOptions {
  /** What is to be seen, for those who cannot see it; default: the title, axes and series, in words. */
  alt?: string;
  /** A sentence below the figure, in Markdown with $...$ for formulas; default none. */
  caption?: string;
}

const SHOW_OPTIONS: OptionNames<ShowOptions> = { alt: 'optional', caption: 'optional' };

/** The MIME type of a plotly figure. */
const PLOTLY_MIME = 'application/vnd.plotly.v1+json';

/**
 * Shows `figure`. In a plain script it prints the alternative text and a line on the data. Throws a TypeError that
 * names the place if the figure is not one, or holds something that is not data.
 */
export function show(figure: Figure, options: ShowOptions = {}): void {
  knownOptions('show', options, SHOW_OPTIONS);
  const { data, metadata } = figureBundle(figure, options.alt);
  display(data, metadata);
  displayCaption('Figure', options.caption);
}

/** What `show` sends: the figure for plotly.js, and in words. */
export function figureBundle(
  figure: Figure,
  given?: string,
): { data: Record<string, unknown>; metadata: { alt: string } } {
  const clean = cleanFigure(figure);
  const alt = given ?? describeFigure(clean);
  const counts = clean.data
    .filter(trace => trace.showlegend !== false || Array.isArray(trace.z) || clean.data.length === 1)
    .map(trace => `${plainText(trace.name ?? trace.type)} ${pointCount(trace)}`);
  const text = `${alt}\n[figure; points: ${counts.join(', ') || 'none'}]`;
  return { data: { [PLOTLY_MIME]: clean, 'text/plain': text }, metadata: { alt } };
}

function pointCount(trace: Record<string, unknown>): number {
  const { x, y, z } = trace;
  if (Array.isArray(z)) return z.flat().length;
  return Math.max(Array.isArray(x) ? x.length : 0, Array.isArray(y) ? y.length : 0);
}
