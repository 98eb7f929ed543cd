/** What the build of the browser entry writes for `Math.exp` and so on; see elementary.ts. */

export {
  atan2 as portableAtan2,
  cos as portableCos,
  exp as portableExp,
  expm1 as portableExpm1,
  hypot as portableHypot,
  log as portableLog,
  log1p as portableLog1p,
  log10 as portableLog10,
  sin as portableSin,
} from './elementary';
