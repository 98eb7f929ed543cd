/** Lines through points, with bands; and learning curves over seeds. */

import { fail, knownOptions, type OptionNames, show } from '../math/check';
import { Rng } from '../math/rng';
import { curveInterval } from '../math/statistics';
import { cartesian } from './axes';
import { type Figure, isRecord, type Numbers, type Trace } from './figure';
import { checkChoice, checkPoints, entries, type Points, type Series } from './points';
import { CHART_OPTIONS, type ChartOptions, checkColors, colorOf, dashOf, fade, inTheme } from './theme';

/** Options of `lineChart`. @experimental */
export interface LineChartOptions extends ChartOptions {
  /** 'linear' joins points; 'steps' holds each value until the next; default 'linear'. */
  shape?: 'linear' | 'steps';
  /** Whether to mark the points; default: when no series has more than 30. */
  markers?: boolean;
  /** Each series' place in the palette; default 0, 1, 2, .... */
  colors?: readonly number[];
  /** What stands at 0, 1, 2, ... on the horizontal axis in place of these numbers; default none. */
  xNames?: readonly string[];
}

const LINE_CHART_OPTIONS: OptionNames<LineChartOptions> = {
  shape: 'optional',
  markers: 'optional',
  colors: 'optional',
  xNames: 'optional',
  ...CHART_OPTIONS,
};

/** Lines through points, with a band where a series has `low` and `high`. @experimental */
export function lineChart(series: Series<Points>, options: LineChartOptions): Figure {
  knownOptions('lineChart', options, LINE_CHART_OPTIONS);
  const list = entries('series', series);
  checkChoice('options.shape', options.shape, 'linear', 'steps');
  for (const [name, points] of list) checkPoints(name, points);
  const colors = checkColors(options.colors, list.length);
  const markers = options.markers ?? list.every(([, points]) => points.x.length <= 30);
  const data = list.flatMap(([name, { x, y, low, high, text }], i): Trace[] => {
    const color = colorOf(colors[i]);
    const line: Trace = {
      type: 'scatter',
      mode: `lines${markers ? '+markers' : ''}${text ? '+text' : ''}`,
      name,
      legendgroup: name,
      x: Array.from(x),
      y: Array.from(y),
      line: {
        color,
        dash: dashOf(i),
        width: 2.2,
        shape: options.shape === 'steps' ? 'hv' : undefined,
      },
      marker: markers ? { color, size: 6 } : undefined,
      ...(text && {
        text: [...text],
        textposition: i % 2 === 0 ? 'top right' : 'bottom left',
        textfont: { size: 11 },
      }),
    };
    return low && high ? [band(name, x, y, low, high, color), line] : [line];
  });
  const axes = cartesian(
    options,
    list.map(([, points]) => points),
  );
  const { xNames } = options;
  if (xNames) axes.xaxis = { ...(axes.xaxis as object), tickvals: [...xNames.keys()], ticktext: [...xNames] };
  return inTheme(data, axes, options);
}

/**
 * The area between `low` and `high`, as one closed outline for each piece of the line (which breaks where y is not finite).
 * Points at which a bound is not finite are left out.
 */
function band(name: string, x: Numbers, y: Numbers, low: Numbers, high: Numbers, color: string): Trace {
  const pieces: number[][] = [[]];
  for (let k = 0; k < x.length; k++)
    if (Number.isFinite(low[k]) && Number.isFinite(high[k])) pieces[pieces.length - 1].push(k);
    else if (!Number.isFinite(y[k])) pieces.push([]);
  const corners = pieces
    .filter(piece => piece.length > 0)
    .flatMap((piece, i): ([number, number] | null)[] => [
      ...(i > 0 ? [null] : []), // a null ends an outline
      ...piece.map((k): [number, number] => [x[k], high[k]]),
      ...piece.reverse().map((k): [number, number] => [x[k], low[k]]),
    ]);
  return {
    type: 'scatter',
    mode: 'lines',
    name,
    legendgroup: name,
    showlegend: false,
    hoverinfo: 'skip',
    x: corners.map(corner => corner?.[0] ?? null),
    y: corners.map(corner => corner?.[1] ?? null),
    fill: 'toself',
    fillcolor: fade(color, 0.18),
    line: { width: 0, color },
  };
}

/** One point of a learning curve: the centre over seeds at x, and its interval [low, high]. @experimental */
export interface BandPoint {
  /** Where on the horizontal axis. */
  x: number;
  /** The centre over seeds. */
  mean: number;
  /** The lower end of the interval. */
  low: number;
  /** The upper end of the interval. */
  high: number;
}

/** Curves of several seeds over the same x: curves[seed][i] is the value at x[i]. @experimental */
export interface SeedCurves {
  /** [T] where the curves were measured. */
  x: Numbers;
  /** curves[seed] [T] */
  curves: ArrayLike<Numbers>;
}

/** What `learningCurves` needs of a record of a training history. @experimental */
export interface CurveRecord {
  /** Index of the iteration, from 0. */
  iteration: number;
  /** Mean return of the episodes that ended in it. */
  meanReturn: number;
}

/** What training returns, one for each seed: the curve is `meanReturn` over the number of iterations done, 1, 2, .... @experimental */
export type SeedRuns = readonly { readonly history: readonly CurveRecord[] }[];

/** Options of `seedBand`. @experimental */
export interface SeedBandOptions {
  /** Seed of the bootstrap; default 0. */
  seed?: number;
  /** Resamples of the bootstrap; default 2000. */
  resamples?: number;
}

const SEED_BAND_OPTIONS: OptionNames<SeedBandOptions> = { seed: 'optional', resamples: 'optional' };

/** The interquartile mean over seeds at each x, with its 95% bootstrap interval (`curveInterval`). @experimental */
export function seedBand(of: SeedCurves | SeedRuns, options: SeedBandOptions = {}): BandPoint[] {
  knownOptions('seedBand', options, SEED_BAND_OPTIONS);
  const { x, curves } = isCurves(of) ? of : curvesOf(of);
  if (curves?.[0]?.length !== x?.length)
    fail(
      `curves[0] has length ${curves?.[0]?.length}, but must have one value for each of the ${x?.length} x.`,
    );
  const { seed = 0, resamples } = options;
  const { estimate, low, high } = curveInterval(curves, { rng: new Rng(seed), resamples });
  return Array.from(x, (at, i) => ({ x: at, mean: estimate[i], low: low[i], high: high[i] }));
}

const isCurves = (of: SeedCurves | SeedRuns): of is SeedCurves => isRecord(of) && 'curves' in of;

function curvesOf(runs: SeedRuns): SeedCurves {
  if (!Array.isArray(runs) || runs.length === 0 || !runs.every(run => Array.isArray(run?.history)))
    throw new TypeError(
      `of is ${show(runs)}, but must be curves { x, curves } or a list of what trainings return.`,
    );
  return {
    x: runs[0].history.map((_: CurveRecord, k: number) => k + 1),
    curves: runs.map(({ history }) => history.map((record: CurveRecord) => record.meanReturn)),
  };
}

/** Options of `learningCurves`. @experimental */
export interface LearningCurvesOptions
  extends Omit<LineChartOptions, 'xTitle' | 'yTitle' | 'xNames'>,
    SeedBandOptions {
  /** Default 'iteration'. */
  xTitle?: string;
  /** Default 'episode return G_0'. */
  yTitle?: string;
}

const LEARNING_CURVES_OPTIONS: OptionNames<LearningCurvesOptions> = {
  seed: 'optional',
  resamples: 'optional',
  shape: 'optional',
  markers: 'optional',
  colors: 'optional',
  title: 'optional',
  height: 'optional',
  xLog: 'optional',
  yLog: 'optional',
  xRange: 'optional',
  yRange: 'optional',
  legend: 'optional',
  xTitle: 'optional',
  yTitle: 'optional',
};

/**
 * Learning curves over seeds: the centre as a line, its interval as a band. A series is what training returned for each
 * seed, curves of seeds over a common x (for both, `seedBand` makes the band, with the same seed for each series), or a band.
 * @experimental
 */
export function learningCurves(
  series: Series<SeedRuns | SeedCurves | readonly BandPoint[]>,
  options: LearningCurvesOptions = {},
): Figure {
  knownOptions('learningCurves', options, LEARNING_CURVES_OPTIONS);
  const { seed, resamples, ...chart } = options;
  const points = entries('series', series).map(([name, given]): [string, Points] => {
    const raw = isRecord(given) ? 'curves' in given : Array.isArray(given) && isRun(given[0]);
    const list = raw ? seedBand(given as SeedCurves | SeedRuns, { seed, resamples }) : given;
    if (!Array.isArray(list))
      throw new TypeError(
        `series '${name}' is ${show(given)}, but must be a list of { x, mean, low, high }, { x, curves }, or a list of runs with a history.`,
      );
    const column = (field: keyof BandPoint) => list.map((point: BandPoint) => point[field]);
    return [name, { x: column('x'), y: column('mean'), low: column('low'), high: column('high') }];
  });
  return lineChart(Object.fromEntries(points), {
    xTitle: 'iteration',
    yTitle: 'episode return <i>G</i><sub>0</sub>',
    markers: false,
    ...chart,
  });
}

const isRun = (run: unknown): boolean =>
  typeof run === 'object' && run !== null && Array.isArray((run as { history?: unknown }).history);
