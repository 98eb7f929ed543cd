/**
 * One look for all figures.
 *
 * Figures are transparent, so that they stand on the page of a light and of a dark theme alike, in JupyterLab and in a
 * picture on GitHub. That asks for colours that show on white as well as on #111: lines have a contrast of at least 3 to 1
 * on both. Text has 4.3 to 1 on both, which is nearly all there is: whatever one colour gains on white it loses on #111,
 * and sqrt(contrast of white and #111) = 4.345 is the most that it can have on both.
 *
 * The first four colours are those of Okabe and Ito 2008 ("Color universal design"), which people with any common kind of
 * colour blindness tell apart; their orange and sky blue are too pale for white and stand here darkened, and grey replaces
 * black. Series also differ in dash, so that they survive a grey print. The width follows the page; the height is fixed.
 */

import { checkFinite, checkInteger, fail, knownOptions, type OptionNames, show } from '../math/check';
import type { Figure, Layout, Trace } from './figure';

/** Text, and what stands for "none" or "theory" among the series. */
export const INK = '#797979';

/** The colours in the order that series take them. @experimental */
export const palette: readonly string[] = [
  '#0072B2', // blue
  '#D55E00', // vermilion
  '#009E73', // bluish green
  '#CC79A7', // reddish purple
  '#C28500', // orange
  '#3A97CE', // sky blue
  INK, // grey
];

const dashes = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'longdashdot', 'solid'];

const GRID = 'rgba(128,128,128,0.22)';
/** Lines around the plot, and the line at 0 under bars. */
export const FRAME = '#8c959f';
const CLEAR = 'rgba(0,0,0,0)';
/** Width in pixels on which the room for a legend is reckoned: the plot in a narrow notebook column. */
const NARROW = 560;

/** The colour of series i. @experimental */
export const colorOf = (i: number): string => palette[checkInteger('i', i, 0) % palette.length];
/** The dash pattern of series i. */
export const dashOf = (i: number): string => dashes[i % dashes.length];
/** A colour of the palette, made see-through: alpha from 0 to 1. @experimental */
export function fade(hex: string, alpha: number): string {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) fail(`hex is ${show(hex)}, but must be a colour such as '#0072B2'.`);
  checkFinite('alpha', alpha, 0, 1);
  return `rgba(${[1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16)).join(',')},${alpha})`;
}

/** The places in the palette of `count` series: those given, or 0, 1, 2, .... */
export function checkColors(given: readonly number[] | undefined, count: number): readonly number[] {
  if (given === undefined) return Array.from({ length: count }, (_, i) => i);
  if (given?.length !== count)
    fail(
      `options.colors is ${show(given)}, but must have one place in the palette for each of ${count} series.`,
    );
  given.forEach((place, i) => {
    checkInteger(`options.colors[${i}]`, place, 0, palette.length - 1);
  });
  return given;
}

/** Height in pixels of a figure's heading. */
export const HEADING = 34;

/** Options that every chart takes. Labels may hold <i>, <sub>, <sup> and <br>, e.g. 'return <i>G<sub>0</sub></i>'. @experimental */
export interface ChartOptions {
  /** Label of the horizontal axis, with symbol and unit. */
  xTitle: string;
  /** Label of the vertical axis, with symbol and unit. */
  yTitle: string;
  /** Heading; default none (a caption says more). */
  title?: string;
  /** Height in pixels; default 400. The width follows the page. */
  height?: number;
  /** Logarithmic axes; default false. */
  xLog?: boolean;
  /** Whether the vertical axis is logarithmic; default false. */
  yLog?: boolean;
  /** Shown range [low, high], in the axis' own numbers also when it is logarithmic; default: all the data. */
  xRange?: readonly [number, number];
  /** The same for the vertical axis. */
  yRange?: readonly [number, number];
  /** Whether to name the series; default: when there is more than one. */
  legend?: boolean;
}

/** The axis attributes that all figures share. @experimental */
export function axis(title: string, log = false, range?: readonly [number, number]): Layout {
  return {
    title: { text: title, standoff: 10 },
    type: log ? 'log' : undefined,
    range: log ? range?.map(Math.log10) : range && [...range],
    automargin: true,
    gridcolor: GRID,
    zeroline: false,
    linecolor: FRAME,
    showline: true,
    ticks: 'outside',
    tickcolor: FRAME,
    ticklen: 4,
  };
}

type FrameOptions = Omit<ChartOptions, 'xTitle' | 'yTitle'>;

const THEMED_OPTIONS: OptionNames<FrameOptions> = {
  title: 'optional',
  height: 'optional',
  xLog: 'optional',
  yLog: 'optional',
  xRange: 'optional',
  yRange: 'optional',
  legend: 'optional',
};

/** The names of the options that all charts share. */
export const CHART_OPTIONS: OptionNames<ChartOptions> = {
  xTitle: 'required',
  yTitle: 'required',
  ...THEMED_OPTIONS,
};

/** Puts traces and axes into the theme: the last step of every chart. @experimental */
export function themed(data: Trace[], axes: Layout, options: FrameOptions): Figure {
  knownOptions('themed', options, THEMED_OPTIONS);
  if (!Array.isArray(data)) throw new TypeError(`data is ${show(data)}, but must be a list of traces.`);
  return inTheme(data, axes, options);
}

/** `themed` for charts, which have looked at their options. */
export function inTheme(data: Trace[], axes: Layout, options: FrameOptions): Figure {
  const named = data.filter(trace => trace.name && trace.showlegend !== false);
  const legend = options.legend ?? named.length > 1;
  return {
    data,
    layout: {
      ...axes,
      ...frame(options.title, legend ? named.map(trace => trace.name!) : [], options.height ?? 400),
      showlegend: legend,
    },
    // Not `responsive`: JupyterLab and VS Code resize figures themselves, and with both at it the height falls to 0.
    config: { displaylogo: false },
  };
}

/**
 * A legend `heading` pixels below the top of a figure of this height. It hangs from the top: one that stood on the plot
 * would fall into it when JupyterLab resizes the figure, because plotly.js then drops it to where it covers data.
 */
export const legendAt = (heading: number, height: number): Layout => ({
  orientation: 'h',
  x: 0,
  xanchor: 'left',
  y: 1 - (heading + 4) / height,
  yref: 'container',
  yanchor: 'top',
  bgcolor: CLEAR,
});

/**
 * Everything around the axes: fonts, heading, a legend in rows above the plot (where it can cover neither data nor
 * axis titles), and a top margin that has room for both.
 */
export function frame(title: string | undefined, legendNames: readonly string[], height: number): Layout {
  const longest = Math.max(0, ...legendNames.map(name => name.replace(/<[^>]*>/g, '').length));
  const entry = 50 + 6.6 * longest;
  const rows =
    legendNames.length === 0 ? 0 : Math.ceil(legendNames.length / Math.max(1, Math.floor(NARROW / entry)));
  const heading = title ? HEADING : 0;
  return {
    title: title
      ? {
          text: title,
          font: { size: 16 },
          x: 0,
          xref: 'paper',
          xanchor: 'left',
          y: 1,
          yref: 'container',
          yanchor: 'top',
          pad: { t: 12 },
        }
      : undefined,
    font: { family: 'system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif', size: 13, color: INK },
    paper_bgcolor: CLEAR,
    plot_bgcolor: CLEAR,
    colorway: [...palette],
    legend: legendAt(heading, height + heading + 21 * rows),
    margin: { l: 64, r: 24, t: 16 + heading + 21 * rows, b: 52 },
    height: height + heading + 21 * rows,
    autosize: true,
    hovermode: 'closest',
    hoverlabel: { font: { size: 12 } },
    modebar: { bgcolor: CLEAR, color: FRAME, activecolor: INK },
  };
}
