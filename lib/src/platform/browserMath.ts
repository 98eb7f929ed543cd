/** What the build of the browser entry writes for `Math.exp` and so on; see elementary.ts. */

export {
  cos as portableCos,
  exp as portableExp,
  expm1 as portableExpm1,
  log as portableLog,
  log1p as portableLog1p,
  sin as portableSin,
} from './elementary';
