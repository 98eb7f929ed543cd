/**
 * Charts: data in, figure out. Every function here is pure; give its figure to `show`.
 *
 * Series come as an object from name to data, { 'reward-to-go': {...}, 'with baseline': {...} }: names become the
 * legend, order decides colour and dash. Learning curves are bands, never one lucky run: at each x a mean (or
 * interquartile mean) with an interval over seeds. Each kind of chart has a file of its own.
 */

export { type Bar, type BarChartOptions, barChart } from './barChart';
export { type ForestOptions, forestChart } from './forestChart';
export {
  type HeatmapChartOptions,
  type HeatmapOptions,
  heatmapChart,
  heatmapGrid,
  type LandscapeOptions,
  landscapeChart,
} from './heatmaps';
export { type HistogramOptions, histogramChart } from './histogramChart';
export {
  type BandPoint,
  type CurveRecord,
  type LearningCurvesOptions,
  type LineChartOptions,
  learningCurves,
  lineChart,
  type SeedBandOptions,
  type SeedCurves,
  type SeedRuns,
  seedBand,
} from './lineChart';
export { curve, type Points, type Series, series } from './points';
export { type ScatterOptions, scatterChart } from './scatterChart';
