/**
 * MuJoCo's models (MJCF) as data: one table says what a body is made of, for the engine, which reads it as XML, and for
 * the animation, which draws it. Attribute names, units and frames are MJCF's own: metres, kilograms, seconds; positions
 * and axes in the parent body's frame; angles in degrees or radians as `angle` says.
 * Source: MuJoCo documentation, "XML Reference".
 */

type Value = number | string | boolean | readonly number[];
export type Attributes = Readonly<Record<string, Value>>;
export type Vector3 = readonly [number, number, number];

/** One degree of freedom of a body relative to its parent. */
export interface Joint {
  readonly name: string;
  readonly type: 'slide' | 'hinge';
  readonly axis: Vector3;
  /** Where the axis passes, in the body's frame. */
  readonly pos?: Vector3;
  /** The joint position at which the model stands as written. */
  readonly ref?: number;
  readonly [attribute: string]: Value | undefined;
}

/** A shape that is fixed to a body. */
export interface Geom {
  readonly type: 'capsule' | 'sphere' | 'plane' | 'cylinder';
  /** Radius, and half the length of a capsule's or cylinder's straight part where `fromto` does not say it. */
  readonly size: readonly number[];
  readonly pos?: Vector3;
  /** Both ends of the axis; else it lies along z, turned by `quat` or `axisangle`. */
  readonly fromto?: readonly number[];
  readonly quat?: readonly number[];
  readonly axisangle?: readonly number[];
  readonly [attribute: string]: Value | undefined;
}

export interface Body {
  readonly name: string;
  readonly pos: Vector3;
  readonly joints?: readonly Joint[];
  readonly geoms: readonly Geom[];
  readonly sites?: readonly Attributes[];
  readonly bodies?: readonly Body[];
}

export interface Mjcf {
  readonly name: string;
  readonly angle: 'degree' | 'radian';
  readonly option: Attributes;
  /** Attributes of every joint, geom and motor that does not say otherwise. */
  readonly defaults: { readonly joint?: Attributes; readonly geom?: Attributes; readonly motor?: Attributes };
  /** What stands still. */
  readonly geoms?: readonly Geom[];
  readonly bodies: readonly Body[];
  readonly motors: readonly Attributes[];
}

/** A pair of joints along x and z and one about y: a body that moves in a vertical plane. */
export function planarRoot(anchor: { slides: Vector3; z0: number }): Joint[] {
  const free = { armature: 0, damping: 0, stiffness: 0, limited: false };
  return [
    { name: 'rootx', type: 'slide', axis: [1, 0, 0], pos: anchor.slides, ...free },
    { name: 'rootz', type: 'slide', axis: [0, 0, 1], pos: anchor.slides, ref: anchor.z0, ...free },
    { name: 'rooty', type: 'hinge', axis: [0, 1, 0], ...free },
  ];
}

/** The model as XML. */
export function mjcfText({ name, angle, option, defaults, geoms = [], bodies, motors }: Mjcf): string {
  return element('mujoco', { model: name }, [
    element('compiler', { angle, inertiafromgeom: true }),
    element('option', option),
    element(
      'default',
      {},
      Object.entries(defaults).map(([tag, attributes]) => element(tag, attributes)),
    ),
    element('worldbody', {}, [...geoms.map(geom => element('geom', geom)), ...bodies.map(bodyText)]),
    element(
      'actuator',
      {},
      motors.map(motor => element('motor', motor)),
    ),
  ]);
}

const bodyText = ({ name, pos, joints = [], geoms, sites = [], bodies = [] }: Body): string =>
  element('body', { name, pos }, [
    ...joints.map(joint => element('joint', joint)),
    ...geoms.map(geom => element('geom', geom)),
    ...sites.map(site => element('site', site)),
    ...bodies.map(bodyText),
  ]);

function element(tag: string, attributes: Record<string, Value | undefined>, inside: string[] = []): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${Array.isArray(value) ? value.join(' ') : value}"`);
  const open = `<${tag}${list.join('')}`;
  return inside.length === 0 ? `${open}/>` : `${open}>${inside.join('')}</${tag}>`;
}
