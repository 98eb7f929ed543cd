/**
 * Policies kept: what a policy is and its parameters, without the training that made it (that is a checkpoint). The text is
 * what ../sealed.ts makes of it: version, the environment's name, the architecture, the statistics by which observations are
 * normalised, and the parameters. `packPolicy` and `unpackPolicy` turn a policy into bytes and back, in Node and in a
 * browser; `savePolicy` and `loadPolicy` do the same with a file.
 *
 * The architecture is told by recipes (../recipe.ts), of which only those that make policies and networks are followed, so
 * that a file can do nothing else.
 */

import type { Env, EnvModel } from '../envs/env';
import { fail, knownOptions, type OptionNames, show } from '../math/check';
import { linearNetwork } from '../networks/linear';
import { type MomentsState, normalizedNetwork, RunningMoments } from '../networks/normalizer';
import { SimdMlp } from '../networks/simd/simdMlp';
import { tableNetwork } from '../networks/table';
import { platform } from '../platform';
import { recipeOf } from '../recipe';
import { seal, sealedHeader, unseal } from '../sealed';
import { checkPolicyFits } from './fits';
import {
  type CategoricalPolicy,
  categoricalPolicy,
  type GaussianPolicy,
  gaussianPolicy,
  type Policy,
} from './policy';
import { softmaxLinear } from './softmaxLinear';
import { softmaxTabular } from './softmaxTabular';

const POLICY = { kind: 'policy', version: 1 };

/** Options of `packPolicy`. */
export interface PackPolicyOptions {
  /** What it was trained for: its name is kept, and that the policy fits is checked. */
  env?: Env | EnvModel;
}

const PACK_POLICY_OPTIONS: OptionNames<PackPolicyOptions> = { env: 'optional' };

/** A policy that was kept. */
export interface SavedPolicy {
  /** The policy, ready to act and to be trained on. */
  policy: CategoricalPolicy | GaussianPolicy;
  /** The name of the environment, where it was told. */
  environment?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: each maker checks its arguments itself
const makers: Readonly<Record<string, (...args: any[]) => unknown>> = {
  categoricalPolicy,
  gaussianPolicy,
  softmaxTabular,
  softmaxLinear,
  tableNetwork,
  linearNetwork,
  normalizedNetwork,
  SimdMlp: (spec, parameters) => new SimdMlp(spec, parameters),
  RunningMoments(size: number, state: MomentsState) {
    const moments = new RunningMoments(size);
    moments.state = state;
    return moments;
  },
};

/** The bytes of a policy. RangeError if it holds what only a program can tell: a feature map, a network of one's own. */
export function packPolicy(policy: Policy, options: PackPolicyOptions = {}): Uint8Array {
  return new TextEncoder().encode(textOf('packPolicy', policy, options));
}

/** The policy of such bytes. RangeError if they are none, of another version, or not whole. */
export function unpackPolicy(bytes: Uint8Array): SavedPolicy {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`bytes is ${show(bytes)}, but must be a Uint8Array.`);
  return policyOf('bytes', new TextDecoder().decode(bytes));
}

/**
 * Writes a policy to a file, whole or not at all. An earlier policy there is replaced; anything else is left alone, and
 * refused. Folders of the path that are not there are made.
 */
export function savePolicy(path: string, policy: Policy, options: PackPolicyOptions = {}): void {
  const text = textOf('savePolicy', policy, options);
  checkPath(path);
  const { files } = platform;
  if (files.exists(path) && (files.isFolder(path) || !sealedHeader(POLICY, files.read(path))))
    fail(`${path} exists and is no policy of pglab: choose another name.`);
  files.write(path, text);
}

/** Reads a policy from a file. RangeError if it is none, of another version, or not whole. */
export function loadPolicy(path: string): SavedPolicy {
  checkPath(path);
  if (platform.files.isFolder(path)) fail(`${path} is a folder, but must be a file.`);
  return policyOf(path, platform.files.read(path));
}

function checkPath(path: string): void {
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`path is ${show(path)}, but must be the name of a file.`);
}

function textOf(of: string, policy: Policy, options: PackPolicyOptions): string {
  const { env } = knownOptions(of, options, PACK_POLICY_OPTIONS);
  if (typeof policy?.network?.forward !== 'function' || !policy.head)
    throw new TypeError(`policy is ${show(policy)}, but must be a policy, e.g. softmaxLinear(...).`);
  if (env) checkPolicyFits(policy, env);
  return seal(POLICY, { environment: env?.id }, described('policy', policy));
}

function policyOf(name: string, text: string): SavedPolicy {
  const { header, body } = unseal(POLICY, name, text);
  const policy = made(name, body) as SavedPolicy['policy'];
  return header.environment === undefined ? { policy } : { policy, environment: String(header.environment) };
}

/** A policy as JSON and typed arrays: what is made by a recipe stands as { make, args }. */
function described(what: string, value: unknown): unknown {
  if (typeof value === 'function')
    return fail(
      `${what} is a function, which a file cannot keep: keep policy.parameters instead, and make the policy anew from them.`,
    );
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
  if (value instanceof RunningMoments) return { make: 'RunningMoments', args: [value.size, value.state] };
  const recipe = recipeOf(value);
  if (recipe) {
    const { make, args } = recipe;
    if (typeof make === 'string' && Object.hasOwn(makers, make))
      return { make, args: args.map((arg, i) => described(`${make}'s argument ${i}`, arg)) };
  }
  if (Array.isArray(value)) return value.map((item, i) => described(`${what}[${i}]`, item));
  if (recipe || Object.getPrototypeOf(value) !== Object.prototype || 'forward' in value)
    return fail(
      `${what} is of a kind that a file cannot keep: keep policy.parameters instead, and make the policy anew from them.`,
    );
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, described(key, item)]));
}

/** The opposite of `described`. */
function made(name: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(item => made(name, item));
  const { make, args } = value as { make?: unknown; args?: unknown };
  if (typeof make === 'string' && Array.isArray(args)) {
    if (!Object.hasOwn(makers, make))
      fail(`${name} asks for ${show(make)}, which is no policy or network of pglab.`);
    return makers[make](...args.map(arg => made(name, arg)));
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, made(name, item)]));
}
