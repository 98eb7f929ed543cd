/** How each environment is drawn (./animate.ts): one drawing of what stays, and where the moving parts are in a state. */

import { mountainHeight } from '../envs/mountainCar';
import type { Mjcf } from '../envs/mujoco/mjcf';
import { fail, show as sample } from '../math/check';
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
  unwrapped,
} from './drawing';
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

// The drawings.

export const layoutOf = (env: AnimatedEnv): GridLayout | undefined => env.layout ?? env.model?.layout;

export function drawingOf(env: AnimatedEnv): Drawing {
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
