/**
 * What drawings of agents are made of: colours, frames, and parts of an SVG that move by a list of values, one a frame.
 */

export const COLORS = {
  paper: '#ffffff',
  ink: '#24292f',
  muted: '#6e7781',
  line: '#8c959f',
  ground: '#eef1f4',
  blue: '#0072B2',
  vermilion: '#D55E00',
  green: '#009E73',
  orange: '#E69F00',
};

/** Numbers of one step, frame by frame: what moves a part of the drawing. */
export interface Drawing {
  width: number;
  height: number;
  /** What stands still, behind and before what moves. */
  back: string;
  /** What moves: given the frames' states and the clock, SVG. */
  parts: (frames: Frame[], clock: Clock) => string;
  /** Numbers in a state; with `longer`, at least so many. */
  stateSize: number;
  longer?: boolean;
  fps: number;
}

export interface Frame {
  state: number[];
  /** The force, torque or throttle applied from here on, in [-1, 1]; 0 if unknown. */
  push: number;
}

// Moving: one list of values for each thing that changes.

export interface Clock {
  /** Length of one round, pause included. */
  seconds: number;
  /** Repetitions of the last frame that make the pause. */
  hold: number;
}

/** A number with at most one digit after the point, without a needless zero. */
export const tenth = (value: number): string => {
  const rounded = Math.round(value * 10) / 10;
  return String(rounded === 0 ? 0 : rounded);
};

/** A group that moves by one transform, e.g. moving('rotate', ['0', '12.5'], ...); its first value when still. */
export function moving(
  type: 'translate' | 'rotate',
  values: string[],
  clock: Clock,
  inside: string,
  jump = false,
): string {
  const still = `<g transform="${type}(${values[0]})">${inside}`;
  if (values.every(value => value === values[0])) return `${still}</g>`;
  const all = [...values, ...new Array<string>(clock.hold).fill(values[values.length - 1])];
  return `${still}<animateTransform attributeName="transform" type="${type}" values="${all.join(';')}" ${timing(clock, jump)}/></g>`;
}

export const timing = (clock: Clock, jump: boolean): string =>
  `dur="${clock.seconds.toFixed(2)}s" repeatCount="indefinite"${jump ? ' calcMode="discrete"' : ''}`;

/** An attribute that changes over the frames. */
export function changing(name: string, values: string[], clock: Clock): string {
  if (values.every(value => value === values[0])) return '';
  const all = [...values, ...new Array<string>(clock.hold).fill(values[values.length - 1])];
  return `<animate attributeName="${name}" values="${all.join(';')}" ${timing(clock, true)}/>`;
}

/** Angles without jumps by a full turn, so that what is drawn between two frames goes the short way. */
export function unwrapped(angles: number[]): number[] {
  let turns = 0;
  return angles.map((angle, i) => {
    if (i > 0) turns -= Math.round((angle - angles[i - 1]) / (2 * Math.PI));
    return angle + turns * 2 * Math.PI;
  });
}

export const degrees = (angle: number): string => tenth((angle * 180) / Math.PI);
