/**
 * MuJoCo, the physics engine (Todorov, Erez and Tassa 2012), as its official WebAssembly build from npm: one instance
 * in a process, made when the first environment asks for it.
 *
 * The package is a script that awaits two things before it hands out its module: Node's `require`, and the compiled
 * binary. Both are at hand here, so the script is run without the two awaits; environments are then made at once, like
 * all others, and not as promises. The package's version is pinned, and each piece is looked for before it is replaced.
 *
 * Objects on the WebAssembly side are not collected as garbage. All that is made there is one model and one workspace
 * (`mjModel`, `mjData`) for each distinct MJCF text, kept for all environments and copies that use it, and read through
 * views of its memory; nothing is made while stepping.
 */

import { platform } from '../../platform';

/** The npm package, and the only version that is run: what contacts do differs between versions. */
const PACKAGE = '@mujoco/mujoco';
const VERSION = '3.14.0';

/** What this library uses of the module. */
interface MujocoModule {
  MjModel: { from_xml_string(xml: string): MujocoModel };
  MjData: new (model: MujocoModel) => MujocoData;
  mj_versionString(): string;
  mj_resetData(model: MujocoModel, data: MujocoData): void;
  mj_forward(model: MujocoModel, data: MujocoData): void;
  mj_step(model: MujocoModel, data: MujocoData): void;
}

/** A compiled model, `mjModel`. Properties that are arrays are views of its memory. */
export interface MujocoModel {
  readonly nq: number;
  readonly nv: number;
  readonly nu: number;
  readonly [array: string]: unknown;
}

/** The workspace of a simulation, `mjData`. Every read of an array makes a new view of its memory. */
export interface MujocoData {
  readonly qpos: Float64Array;
  readonly qvel: Float64Array;
  readonly qacc_warmstart: Float64Array;
  readonly ctrl: Float64Array;
  readonly qfrc_constraint: Float64Array;
  readonly xpos: Float64Array;
  readonly site_xpos: Float64Array;
  readonly [array: string]: unknown;
}

/** The views that stepping reads and writes. */
type Views = Pick<
  MujocoData,
  'qpos' | 'qvel' | 'qacc_warmstart' | 'ctrl' | 'qfrc_constraint' | 'xpos' | 'site_xpos'
>;

/** One model and the workspace that steps it. */
export class Simulation {
  readonly model: MujocoModel;
  readonly data: MujocoData;
  private current: Views;

  /** @param mjcf the model as XML text */
  constructor(
    private readonly mujoco: MujocoModule,
    mjcf: string,
  ) {
    this.model = mujoco.MjModel.from_xml_string(mjcf);
    this.data = new mujoco.MjData(this.model);
    this.current = viewsOf(this.data);
  }

  /** The arrays of the workspace; made anew only after WebAssembly's memory has grown, which detaches the old ones. */
  get views(): Views {
    if (this.current.qpos.length === 0) this.current = viewsOf(this.data);
    return this.current;
  }

  /** Everything to its initial value, all velocities, controls and the solver's warm start to 0. */
  reset(): void {
    this.mujoco.mj_resetData(this.model, this.data);
  }

  /** Everything that follows from positions, velocities and controls, without a step. */
  forward(): void {
    this.mujoco.mj_forward(this.model, this.data);
  }

  /** `count` steps of the physics under the controls that stand in `views.ctrl`. */
  step(count: number): void {
    const { mujoco, model, data } = this;
    for (let i = 0; i < count; i++) mujoco.mj_step(model, data);
  }
}

const viewsOf = ({ qpos, qvel, qacc_warmstart, ctrl, qfrc_constraint, xpos, site_xpos }: Views): Views => ({
  qpos,
  qvel,
  qacc_warmstart,
  ctrl,
  qfrc_constraint,
  xpos,
  site_xpos,
});

const simulations = new Map<string, Simulation>();

/** The simulation of a model, made at its first use. */
export function simulationOf(mjcf: string): Simulation {
  let simulation = simulations.get(mjcf);
  if (!simulation) {
    simulation = new Simulation(mujoco(), mjcf);
    simulations.set(mjcf, simulation);
  }
  return simulation;
}

let loaded: MujocoModule | undefined;

/** The module, loaded at its first use. */
export function mujoco(): MujocoModule {
  loaded ??= load();
  return loaded;
}

/** The pieces of the package's script that wait or name its module, and what stands for them here. */
const PIECES: readonly (readonly [string, string])[] = [
  ['async function(moduleArg = {})', 'function(moduleArg = {})'],
  ["const { createRequire } = await import('module');", ''],
  ['var require = createRequire(import.meta.url);', ''],
  ['var wasmExports = await createWasm();', 'var wasmExports; createWasm();'],
  ['import.meta.url', 'url'],
  ['export default loadMujoco;', 'return loadMujoco;'],
];

/** What this file needs of WebAssembly, which the types of Node leave out. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => object;
};

function load(): MujocoModule {
  const { script, url, requireBeside, bytes } = platform.optionalFiles(PACKAGE, VERSION, 'A MuJoCo task');
  const synchronous = PIECES.reduce((text, [piece, other]) => {
    if (!text.includes(piece))
      throw new Error(
        `mujoco.js of version ${VERSION} lacks ${JSON.stringify(piece)}: the package is damaged.`,
      );
    return text.replaceAll(piece, other);
  }, script);
  const loadMujoco = new Function('require', 'url', synchronous)(requireBeside, url);
  return loadMujoco({
    instantiateWasm(imports: object, done: (instance: object, module: object) => void) {
      const module = new WebAssembly.Module(bytes('mujoco.wasm'));
      done(new WebAssembly.Instance(module, imports), module);
    },
  });
}
