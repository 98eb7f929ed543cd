/**
 * Checkpoints: the whole state of a training run in one file. A run that was killed goes on from it as if nothing had
 * happened.
 *
 * ../sealed.ts gives the file its form. It is written beside its place and then renamed, so nobody ever sees half a file.
 */

import { checkInteger, fail, knownOptions, type OptionNames, show } from '../math/check';
import { platform } from '../platform';
import { recipeOf } from '../recipe';
import { seal, unseal } from '../sealed';

const CHECKPOINT = { kind: 'checkpoint', version: 1 };

/** Where and how often a run saves its state. */
export interface CheckpointOptions {
  /** The file. Folders of its path that are not there are made when it is first saved. */
  path: string;
  /** Save after every so many iterations, besides the end; 10 by default. */
  every?: number;
  /**
   * Continue from the file if it is there; a run that was finished returns what it found at once, which is the way to use
   * a trained policy again. Without `resume` a file that is there is not touched: the run is refused.
   */
  resume?: boolean;
}

const CHECKPOINT_OPTIONS: OptionNames<CheckpointOptions> = {
  path: 'required',
  every: 'optional',
  resume: 'optional',
};

/** The checkpoint of one run. */
export class CheckpointFile {
  private readonly path: string;
  private readonly every: number;
  private readonly mayResume: boolean;
  /** Whether the file, if there is one, is of this run. */
  private owned = false;

  /**
   * @param algorithm its name
   * @param settings what must be the same for a run to be continued
   */
  constructor(
    options: CheckpointOptions,
    private readonly algorithm: string,
    private readonly settings: Settings,
  ) {
    const { path, every = 10, resume = false } = knownOptions('checkpoint', options, CHECKPOINT_OPTIONS);
    if (typeof path !== 'string' || path === '')
      throw new TypeError(`checkpoint.path is ${show(path)}, but must be the name of a file.`);
    this.path = path;
    this.every = checkInteger('checkpoint.every', every, 1);
    this.mayResume = resume;
    if (!resume) this.refuseOther();
  }

  /** Throws if there is a file, which must be of another run. */
  private refuseOther(): void {
    if (platform.files.exists(this.path))
      fail(
        `checkpoint.path is ${this.path}, which exists: continue it with resume: true, or choose another name.`,
      );
  }

  /** Whether it is time to save after so many iterations. */
  isDue(iterations: number): boolean {
    return iterations % this.every === 0;
  }

  /** Hands the state of the file to `restore`, if there is one and the run may continue it. */
  resume<State>(restore: (state: State) => void): void {
    if (!this.mayResume || !platform.files.exists(this.path)) return;
    const { algorithm, settings, state } = loadCheckpoint(this.path);
    if (algorithm !== this.algorithm)
      fail(`checkpoint ${this.path} is one of ${algorithm}, but ${this.algorithm} was asked to continue it.`);
    const { settings: ours } = this;
    for (const key of new Set([...Object.keys(settings), ...Object.keys(ours)]))
      if (!Object.is(settings[key], ours[key]))
        fail(
          `checkpoint ${this.path} was made with ${key} ${show(settings[key])}, but the run that should continue it has ${show(ours[key])}.`,
        );
    restore(state as State);
    this.owned = true;
  }

  /** Writes the state, whole or not at all. */
  save(state: object): void {
    if (!this.owned) this.refuseOther();
    this.owned = true;
    saveCheckpoint(this.path, { algorithm: this.algorithm, settings: this.settings, state });
  }
}

/** Options of a run by name. */
export type Settings = Readonly<Record<string, number | boolean | string | undefined>>;

/**
 * What tells an object that a run was given, such as its critic or its optimizer, from another: the function that made it, and the
 * numbers and texts that it was given. A learning rate that may change is none of them: it belongs to the state.
 * @param name of the object; its parts are settings of that name, a dot and their own
 */
export function settingsOfObject(name: string, object: object): Settings {
  const recipe = recipeOf(object);
  if (typeof recipe?.make !== 'string') return { [name]: 'one of your own' };
  const settings: Record<string, Settings[string]> = { [name]: recipe.make };
  const given = recipe.args.flatMap((argument, i): [string, unknown][] =>
    isPlain(argument) ? Object.entries(argument) : [[String(i), argument]],
  );
  for (const [key, value] of given) {
    const part = `${name}.${key}`;
    if (key === 'learningRate' && 'ascend' in object) continue;
    if (['number', 'boolean', 'string'].includes(typeof value)) settings[part] = value as number;
    else if (Array.isArray(value)) settings[part] = value.join(', ');
    else if (typeof value === 'object' && value !== null && recipeOf(value))
      Object.assign(settings, settingsOfObject(part, value));
  }
  return settings;
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === Object.prototype &&
  !recipeOf(value);

/** Throws unless a run's object has a state that a checkpoint can keep. */
export function checkKeepable(name: string, object: { state?: unknown }): void {
  if (object.state === undefined)
    fail(`checkpoint is given, but the ${name} is one without a state that could be kept.`);
}

/** What a checkpoint holds. */
export interface Checkpoint {
  /** The name of the function that wrote it, e.g. 'ppoClip'. */
  algorithm: string;
  /** What the run was called with, as far as it decides what comes next. */
  settings: Settings;
  /** All that the run needs to go on: parameters, optimizers, random streams, environments. */
  state: unknown;
}

/** Writes a checkpoint to a file, whole or not at all; a checkpoint that is there is replaced. */
export function saveCheckpoint(path: string, { algorithm, settings, state }: Checkpoint): void {
  platform.files.write(path, seal(CHECKPOINT, { algorithm }, { settings, state }));
}

/** Reads a checkpoint. RangeError if the file is none, is of another version, or is not whole. */
export function loadCheckpoint(path: string): Checkpoint {
  if (platform.files.isFolder(path)) fail(`${path} is a folder, but must be a file.`);
  const { header, body } = unseal(CHECKPOINT, path, platform.files.read(path));
  const { settings, state } = body as Omit<Checkpoint, 'algorithm'>;
  return { algorithm: String(header.algorithm), settings, state };
}
