/**
 * `animate(env, trajectory)`: an agent at work, as an animated SVG below the cell.
 *
 * The picture is plain SVG with its own clock (SMIL): no script, so it plays wherever a browser shows the picture,
 * and what shows where nothing moves is its first frame. It stays small because only what moves is listed frame by
 * frame, a long trajectory is thinned to a few hundred frames, and coordinates are rounded to a tenth of a pixel.
 * The same trajectory gives the same bytes.
 */

import { mountainHeight } from '../envs/mountainCar';
import type { Mjcf } from '../envs/mujoco/mjcf';
import {
  checkFinite,
  checkInteger,
  fail,
  knownOptions,
  type OptionNames,
  show as sample,
} from '../math/check';
import type { GridLayout } from '../mdp/tabularMDP';
import {
  type Clock,
  COLORS,
  changing,
  type Drawing,
  degrees,
  type Frame,
  moving,
  tenth,
  timing,
  unwrapped,
} from './drawing';
import { display, displayCaption, escapeMarkup } from './kernel';
import { mujocoDrawing } from './mujocoDrawing';

/** What `animate` needs of an environment: an `Env`, an `EnvModel` or a `TabularMDP`. */
export interface AnimatedEnv {
  /** Which drawing: 'CartPole-v1', 'Pendulum-v1', 'Acrobot-v1', 'MountainCar-v0', ...; any other id needs a layout. */
  readonly id: string;
  /** The cells of a grid world. */
  readonly layout?: GridLayout;
  /** The rules of an `Env`, which hold its layout, or what a MuJoCo task is made of. */
  readonly model?: { readonly layout?: GridLayout; readonly mjcf?: Mjcf };
  /** What a MuJoCo task is made of, where it stands for itself. */
  readonly mjcf?: Mjcf;
}

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

// The drawings.

const layoutOf = (env: AnimatedEnv): GridLayout | undefined => env.layout ?? env.model?.layout;

function drawingOf(env: AnimatedEnv): Drawing {
  const id = env?.id;
  if (typeof id !== 'string')
    throw new TypeError(`env is ${sample(env)}, but must be an environment with an \`id\`.`);
  const layout = layoutOf(env);
  if (layout) return gridWorld(layout);
  const mjcf = env.mjcf ?? env.model?.mjcf;
  if (mjcf) return mujocoDrawing(mjcf);
  if (/^CartPole-/.test(id)) return cartPoleDrawing;
  if (/^Pendulum-/.test(id)) return pendulumDrawing;
  if (/^Acrobot-/.test(id)) return acrobotDrawing;
  if (/^MountainCarContinuous-/.test(id)) return mountainCarDrawing(0.45);
  if (/^MountainCar-/.test(id)) return mountainCarDrawing(0.5);
  fail(
    `env.id is ${sample(id)}, but animate draws CartPole, Pendulum, Acrobot, MountainCar, MountainCarContinuous, grid worlds and the MuJoCo tasks.`,
  );
}

/** State (x, x', theta, theta'): the track runs from -2.4 to 2.4, where episodes end; theta = 0 is upright. */
const cartPoleDrawing: Drawing = (() => {
  const [width, height, ground] = [560, 230, 190];
  const scale = 104;
  const px = (x: number) => width / 2 + scale * x;
  const ends = [-2.4, 2.4].map(
    x =>
      `<path d="M${tenth(px(x))} ${ground - 12}V${ground + 12}" stroke="${COLORS.vermilion}" stroke-width="3"/>`,
  );
  return {
    width,
    height,
    stateSize: 4,
    fps: 50,
    back: `<path d="M${tenth(px(-2.4))} ${ground}H${tenth(px(2.4))}" stroke="${COLORS.line}" stroke-width="2"/>${ends.join('')}`,
    parts: (frames, clock) => {
      const pole = `<path d="M0 0V-104" stroke="${COLORS.orange}" stroke-width="9" stroke-linecap="round"/>`;
      const cart =
        `<rect x="-30" y="-32" width="60" height="32" rx="5" fill="${COLORS.blue}"/>` +
        `<circle cx="-17" r="7" fill="${COLORS.ink}"/><circle cx="17" r="7" fill="${COLORS.ink}"/>`;
      const turned = moving(
        'rotate',
        frames.map(f => degrees(f.state[2])),
        clock,
        pole,
      );
      return moving(
        'translate',
        frames.map(f => `${tenth(px(f.state[0]))} ${ground - 8}`),
        clock,
        `${cart}<g transform="translate(0 -32)">${turned}<circle r="5" fill="${COLORS.ink}"/></g>${forceMark(frames, clock, 34)}`,
      );
    },
  };
})();

/** A small triangle on the side from which the force pushes. */
function forceMark(frames: Frame[], clock: Clock, offset: number): string {
  if (frames.every(f => f.push === 0)) return '';
  return [1, -1]
    .map(side => {
      const on = frames.map(f => (f.push * side > 0 ? '1' : '0'));
      const x = -side * offset;
      const d = `M${x} -16l${-side * 10} -7v14z`;
      return `<path d="${d}" fill="${COLORS.vermilion}" opacity="${on[0]}">${changing('opacity', on, clock)}</path>`;
    })
    .join('');
}

/** State (theta, omega): theta = 0 is upright and grows anticlockwise, as in Gymnasium's own picture. */
const pendulumDrawing: Drawing = {
  width: 320,
  height: 300,
  stateSize: 2,
  fps: 20,
  back:
    `<circle cx="160" cy="160" r="112" fill="none" stroke="${COLORS.ground}" stroke-width="2"/>` +
    `<path d="M160 54V42" stroke="${COLORS.green}" stroke-width="3"/>`,
  parts: (frames, clock) => {
    const rod =
      `<path d="M0 0V-100" stroke="${COLORS.vermilion}" stroke-width="13" stroke-linecap="round"/>` +
      `<circle cy="-100" r="11" fill="${COLORS.vermilion}"/>`;
    const angles = unwrapped(frames.map(f => f.state[0])).map(angle => degrees(-angle));
    return `<g transform="translate(160 160)">${moving('rotate', angles, clock, rod)}<circle r="5" fill="${COLORS.ink}"/></g>`;
  },
};

/** State (theta1, theta2, ...): theta1 = 0 hangs down, theta2 is relative to the first link; the goal is the line. */
const acrobotDrawing: Drawing = {
  width: 360,
  height: 340,
  stateSize: 4,
  fps: 15,
  back: `<path d="M20 105H340" stroke="${COLORS.green}" stroke-width="2" stroke-dasharray="6 5"/><text x="340" y="99" text-anchor="end" fill="${COLORS.muted}" font-size="12">goal height</text>`,
  parts: (frames, clock) => {
    const link = (color: string) =>
      `<path d="M0 0V70" stroke="${color}" stroke-width="11" stroke-linecap="round"/>`;
    const joint = `<circle r="6" fill="${COLORS.ink}"/>`;
    const angle = (i: number) => unwrapped(frames.map(f => f.state[i])).map(a => degrees(-a));
    const lower = moving('rotate', angle(1), clock, link(COLORS.orange));
    const upper = `${link(COLORS.blue)}<g transform="translate(0 70)">${lower}${joint}</g>`;
    return `<g transform="translate(180 175)">${moving('rotate', angle(0), clock, upper)}${joint}</g>`;
  },
};

/** State (position, velocity). */
function mountainCarDrawing(goal: number): Drawing {
  const [width, height] = [520, 280];
  const px = (p: number) => 15 + ((p + 1.2) / 1.8) * (width - 30);
  const py = (p: number) => 262 - mountainHeight(p) * 200;
  const points = Array.from({ length: 91 }, (_, i) => -1.2 + i * 0.02);
  const line = points.map(p => `${tenth(px(p))} ${tenth(py(p))}`).join('L');
  const [flagX, flagY] = [tenth(px(goal)), py(goal)];
  const slope = (p: number) => Math.atan2(py(p + 1e-4) - py(p - 1e-4), px(p + 1e-4) - px(p - 1e-4));
  return {
    width,
    height,
    stateSize: 2,
    fps: 30,
    back:
      `<path d="M${line}V${height - 6}H15Z" fill="${COLORS.ground}"/>` +
      `<path d="M${line}" fill="none" stroke="${COLORS.line}" stroke-width="2.5"/>` +
      `<path d="M${flagX} ${tenth(flagY)}V${tenth(flagY - 44)}" stroke="${COLORS.ink}" stroke-width="2"/>` +
      `<path d="M${flagX} ${tenth(flagY - 44)}l24 8l-24 8z" fill="${COLORS.green}"/>`,
    parts: (frames, clock) => {
      const car =
        `<rect x="-19" y="-21" width="38" height="14" rx="5" fill="${COLORS.blue}"/>` +
        `<circle cx="-11" cy="-6" r="6" fill="${COLORS.ink}"/><circle cx="11" cy="-6" r="6" fill="${COLORS.ink}"/>`;
      const tilted = moving(
        'rotate',
        frames.map(f => degrees(slope(f.state[0]))),
        clock,
        car + forceMark(frames, clock, 24),
      );
      const places = frames.map(f => `${tenth(px(f.state[0]))} ${tenth(py(f.state[0]))}`);
      return moving('translate', places, clock, tilted);
    },
  };
}

/** State (s): a disc that moves from cell to cell. */
function gridWorld({ rows, columns, cells }: GridLayout): Drawing {
  const cell = Math.max(24, Math.min(62, Math.floor(720 / columns)));
  const [left, top] = [12, 34];
  const fills: Record<string, string> = { S: '#fdf3dc', G: '#bfe5d8', C: '#f3c3a8' };
  const back = cells
    .map((letter, s) => {
      const [x, y] = [left + (s % columns) * cell, top + Math.floor(s / columns) * cell];
      const named = letter in fills;
      return (
        `<rect x="${x}" y="${y}" width="${cell}" height="${cell}" fill="${fills[letter] ?? COLORS.ground}" stroke="${COLORS.paper}" stroke-width="2"/>` +
        (letter === 'H'
          ? `<circle cx="${x + cell / 2}" cy="${y + cell / 2}" r="${tenth(cell * 0.34)}" fill="#24292f"/>`
          : '') +
        (named
          ? `<text x="${x + 6}" y="${y + 17}" fill="${COLORS.muted}" font-size="12">${letter}</text>`
          : '')
      );
    })
    .join('');
  return {
    // Room for the counters above narrow grids.
    width: Math.max(2 * left + columns * cell, 250),
    height: top + rows * cell + left,
    stateSize: 1,
    fps: 3,
    back,
    parts: (frames, clock) => {
      const agent = `<circle r="${tenth(cell * 0.27)}" fill="${COLORS.blue}" stroke="${COLORS.paper}" stroke-width="2"/>`;
      const places = frames.map(
        ({ state: [s] }) =>
          `${left + (s % columns) * cell + cell / 2} ${top + Math.floor(s / columns) * cell + cell / 2}`,
      );
      return moving('translate', places, clock, agent);
    },
  };
}
