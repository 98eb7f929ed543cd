/**
 * The MuJoCo tasks as pictures, drawn from the same table that the engine gets: capsules as capsules in groups that are
 * nested like the bodies, each moved by its joints. Those that turn about y are seen from the side (x to the right, z up),
 * those that turn about z from above (x to the right, y up). A body that is free to travel stays in the middle while the
 * ground passes; a line shows the way that it, or the arm's or pole's end, has gone.
 */

import type { Body, Geom, Joint, Mjcf } from '../envs/mujoco/mjcf';
import { type Clock, COLORS, changing, type Drawing, degrees, type Frame, moving, tenth } from './drawing';

/** How a model is shown. */
interface View {
  width: number;
  height: number;
  /** Pixels a metre. */
  scale: number;
  /** Where the world's origin, or what is followed, stands. */
  origin: readonly [number, number];
  /** Steps of the environment a second. */
  fps: number;
}

const VIEWS: Record<string, View> = {
  hopper: { width: 560, height: 260, scale: 130, origin: [280, 236], fps: 125 },
  walker2d: { width: 560, height: 260, scale: 130, origin: [280, 236], fps: 125 },
  // Its q is 0 with the torso at 0.7 m, but its feet stand on the ground some centimetres lower.
  cheetah: { width: 560, height: 230, scale: 150, origin: [280, 206], fps: 20 },
  swimmer: { width: 560, height: 300, scale: 75, origin: [280, 160], fps: 25 },
  reacher: { width: 400, height: 380, scale: 620, origin: [200, 205], fps: 50 },
  'inverted pendulum': { width: 560, height: 250, scale: 200, origin: [280, 205], fps: 25 },
  'inverted double pendulum': { width: 560, height: 370, scale: 200, origin: [280, 320], fps: 20 },
};

/** Of the body that carries the others, and of the limbs that hang from it, one after the other. */
const LIMB_COLORS = [COLORS.orange, COLORS.green];

type Point = readonly [u: number, w: number];

/** The drawing of a model. */
export function mujocoDrawing(mjcf: Mjcf): Drawing {
  const view = VIEWS[mjcf.name];
  const { width, height, scale, origin, fps } = view;
  const joints = jointsOf(mjcf.bodies);
  const fromAbove = joints.some(({ type, axis }) => type === 'hinge' && axis[2] !== 0);
  const flat = (v: readonly number[]): Point => [v[0], fromAbove ? v[1] : v[2]];
  const px = ([u, w]: Point): string => `${tenth(u * scale)} ${tenth(-w * scale)}`;
  /** The turn on the screen, clockwise as SVG counts it. */
  const turnOf = ({ axis }: Joint): number => (fromAbove ? -axis[2] : axis[1]);
  const free = joints[0].type === 'slide' && joints[1].type === 'slide';
  const ground = (mjcf.geoms ?? []).some(({ type }) => type === 'plane');

  /** What a body is, moved by its joints, frame by frame. */
  function bodyOf(body: Body, frames: Frame[], clock: Clock, color: string, first: number): [string, number] {
    let at = first + (body.joints?.length ?? 0);
    const limbs = (body.bodies ?? []).map((child, i) => {
      const next = free && first === 0 ? LIMB_COLORS[i % 2] : nextColor(color);
      const [drawn, after] = bodyOf(child, frames, clock, next, at);
      at = after;
      return drawn;
    });
    // The second limb, if there is one, lies behind.
    let inside = limbs.reverse().join('') + body.geoms.map(geom => shape(geom, color)).join('');
    const own = body.joints ?? [];
    for (let j = own.length - 1; j >= 0; j--) {
      const joint = own[j];
      const values = frames.map(({ state }) => state[first + j] - (joint.ref ?? 0));
      const anchor = flat(joint.pos ?? [0, 0, 0]);
      if (joint.type === 'hinge') {
        const pin = joint.name === 'rooty' ? '' : `<circle r="3" fill="${COLORS.ink}"/>`;
        const back: Point = [-anchor[0], -anchor[1]];
        const turned = moving(
          'rotate',
          values.map(value => degrees(turnOf(joint) * value)),
          clock,
          `${placed(back, inside)}${pin}`,
        );
        inside = placed(anchor, turned);
      } else {
        const [u, w] = flat(joint.axis);
        inside = moving(
          'translate',
          values.map(value => px([u * value, w * value])),
          clock,
          inside,
        );
      }
    }
    return [placed(flat(body.pos), inside), at];
  }

  const placed = (at: Point, inside: string): string =>
    at[0] === 0 && at[1] === 0 ? inside : `<g transform="translate(${px(at)})">${inside}</g>`;

  function shape(geom: Geom, color: string): string {
    const radius = tenth(Math.max(geom.size[0] * scale, 2));
    if (geom.type === 'sphere') return `<circle r="${radius}" fill="${color}"/>`;
    const [a, b] = endsOf(geom).map(flat);
    return `<path d="M${px(a)}L${px(b)}" stroke="${color}" stroke-width="${tenth(Math.max(geom.size[0] * 2 * scale, 4))}" stroke-linecap="round" opacity=".92"/>`;
  }

  /** Where the trail's point is in the world. */
  function markOf(state: readonly number[]): Point {
    const [root] = mjcf.bodies;
    let [u, w] = flat(root.pos);
    let turn = 0;
    let at = 0;
    let body: Body | undefined = root;
    while (body) {
      for (const joint of body.joints ?? []) {
        const value = state[at++] - (joint.ref ?? 0);
        const [a, b] = flat(joint.type === 'slide' ? joint.axis : (joint.pos ?? [0, 0, 0]));
        const [x, y] = rotated([a, b], turn);
        if (joint.type === 'slide') [u, w] = [u + x * value, w + y * value];
        else {
          // The frame turns about the anchor: the anchor stays.
          const next = turn - turnOf(joint) * value;
          const [p, q] = rotated([a, b], next);
          [u, w] = [u + x - p, w + y - q];
          turn = next;
        }
      }
      if (free) return [u, w];
      const child: Body | undefined = body.bodies?.[0];
      const end = child ? child.pos : body.geoms[0].type === 'sphere' ? [0, 0, 0] : endsOf(body.geoms[0])[1];
      const [x, y] = rotated(flat(end), turn);
      [u, w] = [u + x, w + y];
      body = child;
    }
    return [u, w];
  }

  function trail(frames: Frame[], clock: Clock): string {
    const points = frames.map(({ state }) => markOf(state));
    const lengths = [0];
    for (let i = 1; i < points.length; i++)
      lengths.push(
        lengths[i - 1] + Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]),
      );
    const total = lengths[lengths.length - 1];
    if (!(total * scale > 1)) return '';
    const shown = lengths.map(length => (1 - length / total).toFixed(3).replace(/^0/, ''));
    const line = points.map(px).join('L');
    return `<path d="M${line}" pathLength="1" fill="none" stroke="${COLORS.vermilion}" stroke-width="1.5" opacity=".7" stroke-dasharray="1 2" stroke-dashoffset="1">${changing('stroke-dashoffset', shown, clock)}</path>`;
  }

  /** Marks of the world, a metre apart, as far as the camera comes. */
  function marks(frames: Frame[]): string {
    if (!free)
      return (mjcf.geoms ?? [])
        .filter(g => g.type === 'capsule')
        .map(g => shape(g, COLORS.line))
        .join('');
    const reach = width / 2 / scale + 1;
    const us = frames.map(({ state }) => state[0]);
    const [low, high] = [Math.floor(Math.min(...us) - reach), Math.ceil(Math.max(...us) + reach)];
    const metres = Array.from({ length: Math.min(high - low + 1, 400) }, (_, i) => low + i);
    return metres
      .map(u =>
        ground
          ? `<path d="M${tenth(u * scale)} 0v7" stroke="${COLORS.line}"/><text x="${tenth(u * scale)}" y="19" text-anchor="middle" fill="${COLORS.muted}" font-size="11">${u} m</text>`
          : `<path d="M${tenth(u * scale)} ${-4 * scale}V${4 * scale}" stroke="${COLORS.ground}" stroke-width="2"/>`,
      )
      .join('');
  }

  return {
    width,
    height,
    stateSize: joints.length,
    longer: true,
    fps,
    back: ground
      ? `<rect y="${origin[1]}" width="${width}" height="${height - origin[1]}" fill="${COLORS.ground}"/><path d="M0 ${origin[1]}H${width}" stroke="${COLORS.line}" stroke-width="2"/>`
      : '',
    parts: (frames, clock) => {
      let at = 0;
      const bodies = mjcf.bodies.map(body => {
        const color = body.name === 'target' ? COLORS.green : COLORS.blue;
        const [drawn, after] = bodyOf(body, frames, clock, color, at);
        at = after;
        return drawn;
      });
      const world = marks(frames) + bodies.reverse().join('') + trail(frames, clock);
      const seen = free
        ? moving(
            'translate',
            frames.map(({ state }) => px([-state[0], fromAbove ? -state[1] : 0])),
            clock,
            world,
          )
        : world;
      // Whatever leaves the picture is cut off by the SVG itself.
      return `<g fill="none" transform="translate(${origin.join(' ')})">${seen}</g>`;
    },
  };
}

/** Colours of the bodies of a chain take turns. */
const nextColor = (color: string): string =>
  color === COLORS.blue ? COLORS.orange : color === COLORS.orange ? COLORS.blue : color;

const jointsOf = (bodies: readonly Body[]): Joint[] =>
  bodies.flatMap(({ joints = [], bodies: children = [] }) => [...joints, ...jointsOf(children)]);

/** (u, w) turned anticlockwise. */
const rotated = ([u, w]: Point, angle: number): Point => [
  u * Math.cos(angle) - w * Math.sin(angle),
  u * Math.sin(angle) + w * Math.cos(angle),
];

/** The ends of a capsule's axis in its body's frame. */
function endsOf({ fromto, pos = [0, 0, 0], size, quat, axisangle }: Geom): [number[], number[]] {
  if (fromto) return [fromto.slice(0, 3), fromto.slice(3)];
  let direction = [0, 0, 1];
  if (quat) {
    const norm = Math.hypot(...quat);
    const [w, x, y, z] = quat.map(value => value / norm);
    direction = [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)];
  } else if (axisangle) direction = [Math.sin(axisangle[3]), 0, Math.cos(axisangle[3])]; // about y
  const along = (sign: number) => pos.map((p, i) => p + sign * size[1] * direction[i]);
  return [along(-1), along(1)];
}
