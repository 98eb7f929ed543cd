/**
 * `animate(env, trajectory)`: an agent at work, as an animated SVG below the cell.
 *
 * The picture is plain SVG with its own clock (SMIL): no script, so it plays wherever a browser shows the picture,
 * and what shows where nothing moves is its first frame. It stays small because only what moves is listed frame by
 * frame, a long trajectory is thinned to a few hundred frames, and coordinates are rounded to a tenth of a pixel.
 * The same trajectory gives the same bytes.
 */

import {
  checkFinite,
  checkInteger,
  fail,
  knownOptions,
  type OptionNames,
  show as sample,
} from '../math/check';
import { type Clock, COLORS, type Drawing, timing } from './drawing';
import { type AnimatedEnv, drawingOf, layoutOf } from './envDrawings';
import { display, displayCaption, escapeMarkup } from './kernel';

export type { AnimatedEnv } from './envDrawings';

/** What happened, step by step. */
export interface AnimatedTrajectory {
  /** [T + 1] or [T] states in the environment's own form (`env.state`): a vector, or a number where that is all. */
  readonly states: ArrayLike<number | ArrayLike<number>>;
  /** [T] actions; drawn where the environment has a force or torque. */
  readonly actions?: ArrayLike<number | ArrayLike<number>>;
  /** [T] rewards; their sum so far is shown. */
  readonly rewards?: ArrayLike<number>;
}

/** Options of `animate`. */
export interface AnimateOptions {
  /** Steps shown per second at speed 1; default: the environment's own time, and 3 for grid worlds. */
  fps?: number;
  /** Times faster than that; default 1. */
  speed?: number;
  /** A sentence below the animation, in Markdown with $...$ for formulas; default none. */
  caption?: string;
  /** What is to be seen, for those who cannot see it; default: the environment, steps and return, in words. */
  alt?: string;
}

const ANIMATE_OPTIONS: OptionNames<AnimateOptions> = {
  fps: 'optional',
  speed: 'optional',
  caption: 'optional',
  alt: 'optional',
};

/** Frames kept at most of one trajectory. */
const MAX_FRAMES = 240;
/** Seconds for which the last frame stands before the animation starts over. */
const PAUSE = 1.2;
/** Times at which the step count and the reward so far change, at most. */
const MAX_LABELS = 60;

/** Shows `trajectory` as an animation. In a plain script it prints the alternative text. */
export function animate(
  env: AnimatedEnv,
  trajectory: AnimatedTrajectory,
  options: AnimateOptions = {},
): void {
  knownOptions('animate', options, ANIMATE_OPTIONS);
  const { data, metadata } = animationBundle(env, trajectory, options);
  display(data, metadata);
  displayCaption('Animation', options.caption);
}

/** An animation as a value: as the last expression of a cell it shows itself. */
export interface Animation {
  /** The drawing, as SVG text. */
  readonly svg: string;
  /** What is to be seen, in words. */
  readonly alt: string;
  /** Under `Symbol.for('Jupyter.display')`: the MIME bundle that a notebook shows. */
  readonly [display: symbol]: () => Record<string, unknown>;
}

/**
 * The animation of `trajectory`, to be shown by a cell that ends with it, to be kept or to be saved.
 * @param options as those of `animate`; the caption is not part of the drawing
 * @throws as `animationSvg` does
 */
export function animation(
  env: AnimatedEnv,
  trajectory: AnimatedTrajectory,
  options: AnimateOptions = {},
): Animation {
  knownOptions('animation', options, ANIMATE_OPTIONS);
  const { data, metadata } = animationBundle(env, trajectory, options);
  return { svg: data['image/svg+xml'], ...metadata, [Symbol.for('Jupyter.display')]: () => data };
}

function animationBundle(env: AnimatedEnv, trajectory: AnimatedTrajectory, options: AnimateOptions) {
  const alt = options.alt ?? describe(env, trajectory);
  const svg = animationSvg(env, trajectory, { ...options, alt });
  return { data: { 'image/svg+xml': svg, 'text/plain': `${alt}\n[animation]` }, metadata: { alt } };
}

/**
 * The animation as SVG text. Throws for an environment it has no drawing of, and for states that are not the
 * environment's.
 * @experimental
 */
export function animationSvg(
  env: AnimatedEnv,
  trajectory: AnimatedTrajectory,
  options: AnimateOptions = {},
): string {
  knownOptions('animationSvg', options, ANIMATE_OPTIONS);
  const drawing = drawingOf(env);
  const states = trajectory?.states;
  if (!(states?.length > 0))
    fail(`trajectory.states is ${sample(states)}, but must hold at least one state.`);
  const speed = checkFinite('options.speed', options.speed ?? 1, 0.01, 1000);
  const fps = checkFinite('options.fps', options.fps ?? drawing.fps, 0.1, 1000) * speed;
  const last = states.length - 1;
  const count = Math.min(last + 1, MAX_FRAMES);
  const steps = Array.from({ length: count }, (_, k) =>
    count === 1 ? 0 : Math.round((k * last) / (count - 1)),
  );
  const frames = steps.map(t => ({
    state: checkedState(states[t], t, drawing, env),
    push: pushOf(env, trajectory.actions?.[t]),
  }));
  const seconds = last / fps;
  // The last frame repeated for the pause: values stay evenly spaced, so that no list of times is needed.
  const hold = count === 1 ? 0 : Math.max(1, Math.round((PAUSE / seconds) * (count - 1)));
  const clock: Clock = { seconds: seconds * (1 + hold / Math.max(1, count - 1)), hold };
  const alt = options.alt ?? describe(env, trajectory);
  const { width, height } = drawing;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeMarkup(alt)}" font-family="system-ui, sans-serif" font-size="14">`,
    `<title>${escapeMarkup(alt)}</title>`,
    `<rect width="${width}" height="${height}" rx="6" fill="${COLORS.paper}"/>`,
    drawing.back,
    drawing.parts(frames, clock),
    labels(trajectory, last, fps, clock),
    '</svg>',
  ].join('\n');
}

function describe(env: AnimatedEnv, trajectory: AnimatedTrajectory): string {
  const steps = Math.max(0, (trajectory?.states?.length ?? 0) - 1);
  const { rewards } = trajectory ?? {};
  const total = rewards ? `, return ${amount(sum(rewards, rewards.length))}` : '';
  return `Animation of an agent in ${env?.id}: ${steps} step${steps === 1 ? '' : 's'}${total}.`;
}

function checkedState(
  state: number | ArrayLike<number>,
  t: number,
  { stateSize: size, longer }: Drawing,
  env: AnimatedEnv,
): number[] {
  const list = typeof state === 'number' ? [state] : Array.from(state ?? []);
  if (list.length !== size && !(longer && list.length > size))
    fail(
      `trajectory.states[${t}] has length ${list.length}, but a state of ${env.id} has ${longer ? 'at least ' : ''}${size} numbers.`,
    );
  list.forEach((value, i) => {
    checkFinite(`trajectory.states[${t}][${i}]`, value);
  });
  const layout = layoutOf(env);
  if (layout) checkInteger(`trajectory.states[${t}]`, list[0], 0, layout.cells.length - 1);
  return list;
}

/** What an action pushes, in [-1, 1]: discrete ones 0 .. n-1 stand for left .. right. */
function pushOf(env: AnimatedEnv, action: number | ArrayLike<number> | undefined): number {
  if (action === undefined) return 0;
  const value = typeof action === 'number' ? action : action[0];
  if (/^CartPole/.test(env.id)) return value === 1 ? 1 : -1;
  if (/^(Acrobot|MountainCar-)/.test(env.id)) return value - 1;
  const scale = /^Pendulum/.test(env.id) ? 2 : 1;
  return Math.max(-1, Math.min(1, value / scale));
}

/** Step count and reward so far: one text for each moment, shown in turn. */
function labels(trajectory: AnimatedTrajectory, last: number, fps: number, clock: Clock): string {
  const { rewards } = trajectory;
  const count = Math.min(last + 1, MAX_LABELS);
  const at = Array.from({ length: count }, (_, k) =>
    count === 1 ? 0 : Math.round((k * last) / (count - 1)),
  );
  return at
    .map((t, k) => {
      const text = `step ${t}${rewards ? `   reward so far ${amount(sum(rewards, t))}` : ''}`;
      const body = `<text x="12" y="22" fill="${COLORS.ink}" xml:space="preserve" visibility="${k === 0 ? 'visible' : 'hidden'}">${text}`;
      if (count === 1) return `${body}</text>`;
      const share = (step: number) => (step / fps / clock.seconds).toFixed(4).replace(/^0/, '');
      const from = k === 0 ? '0' : share(t);
      const show =
        k === count - 1 ? `0;${from}` : k === 0 ? `0;${share(at[1])}` : `0;${from};${share(at[k + 1])}`;
      const values =
        k === 0 ? 'visible;hidden' : k === count - 1 ? 'hidden;visible' : 'hidden;visible;hidden';
      return `${body}<animate attributeName="visibility" values="${values}" keyTimes="${show}" ${timing(clock, true)}/></text>`;
    })
    .join('\n');
}

/** r_0 + ... + r_{t-1}. */
function sum(rewards: ArrayLike<number>, t: number): number {
  let total = 0;
  for (let i = 0; i < Math.min(t, rewards.length); i++) total += rewards[i];
  return total;
}

const amount = (value: number): string =>
  (Number.isInteger(value) ? String(value) : value.toFixed(2)).replace('-', '−');
