/** Policies in bytes and files: what is read plays as what was written, and damage is told. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  bandit,
  cartPole,
  gaussianLinear,
  loadPolicy,
  mlp,
  mlpPolicy,
  type Policy,
  packPolicy,
  pendulum,
  ppoClip,
  Rng,
  rollout,
  SoftmaxTabular,
  savePolicy,
  softmaxLinear,
  softmaxTabular,
  unpackPolicy,
} from 'pglab';

const folder = mkdtempSync(join(tmpdir(), 'pglab-policy-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Policies of all kinds, with parameters that are not zero, and what they play. */
function policies(): [string, Policy, ReturnType<typeof cartPole>][] {
  const random = <P extends Policy>(policy: P): P => {
    const rng = new Rng(3);
    policy.parameters.forEach((_, k) => {
      policy.parameters[k] = rng.normal(0, 0.3);
    });
    return policy;
  };
  const [pole, swing, arms] = [
    cartPole(),
    pendulum(),
    bandit({
      means: [
        [1, 0],
        [0, 1],
      ],
    }),
  ];
  return [
    ['mlp, discrete', random(mlpPolicy({ env: pole, hidden: [8, 5], activation: 'relu', seed: 1 })), pole],
    ['mlp, continuous', random(mlpPolicy({ env: swing, hidden: [8], seed: 1 })), swing],
    ['table', random(softmaxTabular({ states: 2, actions: 2 })), arms],
    ['linear', random(softmaxLinear({ features: 4, actions: 2, featureScale: [1, 2, 3, 4] })), pole],
    ['linear, continuous', random(gaussianLinear({ features: 3, actionSize: 1 })), swing],
  ];
}

const played = (policy: Policy, env: ReturnType<typeof cartPole>) => {
  const { actions, states, rewards } = rollout(env, policy, { rng: new Rng(7) });
  return { actions, states, rewards };
};

for (const [name, policy, env] of policies())
  test(`${name}: bytes and file give the same policy`, () => {
    const path = join(folder, 'new folder', `${name}.json`);
    savePolicy(path, policy, { env });
    for (const read of [unpackPolicy(packPolicy(policy, { env })), loadPolicy(path)]) {
      assert.equal(read.environment, env.id);
      assert.equal(read.policy.constructor, policy.constructor);
      assert.deepEqual(read.policy.parameters, policy.parameters);
      assert.deepEqual(played(read.policy, env), played(policy, env));
    }
    assert.equal(unpackPolicy(packPolicy(policy)).environment, undefined);
    assert.equal(
      policy instanceof SoftmaxTabular,
      unpackPolicy(packPolicy(policy)).policy instanceof SoftmaxTabular,
    );
  });

test('a policy that normalises what it sees keeps its statistics, and learns on', async () => {
  const env = pendulum();
  const settings = () => ({
    env,
    critic: mlp({ inputs: 3, hidden: [8], outputs: 1, seed: 2 }),
    totalSteps: 2048,
  });
  const policy = mlpPolicy({ env, hidden: [8], seed: 1 });
  const trained = await ppoClip({ ...settings(), policy, normalizeObservations: true });
  const path = join(folder, 'normalised.json');
  savePolicy(path, trained.policy, { env });
  const read = loadPolicy(path);
  assert.deepEqual(played(read.policy, env), played(trained.policy, env));
  const further = async (policy: Policy) => (await ppoClip({ ...settings(), policy })).policy.parameters;
  assert.deepEqual(await further(read.policy), await further(trained.policy));
  savePolicy(path, read.policy);
  assert.equal(loadPolicy(path).environment, undefined, 'an earlier policy is replaced');
});

describe('refused', () => {
  const policy = softmaxTabular({ states: 2, actions: 2 });

  test('a file of somebody else is not touched', () => {
    for (const text of ['my thesis', '', '{"format":"pglab checkpoint","version":1}\n{}\n']) {
      const path = join(folder, 'thesis.txt');
      writeFileSync(path, text);
      const message = `${path} exists and is no policy of pglab: choose another name.`;
      assert.throws(() => savePolicy(path, policy), { name: 'RangeError', message });
      assert.equal(readFileSync(path, 'utf8'), text);
      assert.throws(() => loadPolicy(path), {
        message: `${path} is no policy of pglab: its first line does not say so.`,
      });
    }
    const path = join(folder, 'a folder');
    mkdirSync(path);
    assert.throws(() => savePolicy(path, policy), /is no policy of pglab/);
    assert.throws(() => loadPolicy(path), { message: `${path} is a folder, but must be a file.` });
  });

  test('any byte that changed, and any end that is missing', () => {
    const good = packPolicy(policy);
    for (let at = 0; at < good.length - 1; at += 3) {
      const bad = good.slice();
      bad[at] ^= 1;
      assert.throws(
        () => unpackPolicy(bad),
        /^RangeError: bytes is (no policy of pglab|damaged|a policy of version)/,
      );
    }
    for (let length = 0; length < good.length - 1; length += 7)
      assert.throws(
        () => unpackPolicy(good.subarray(0, length)),
        /no policy of pglab|damaged or was cut short/,
      );
    const newer = new TextDecoder().decode(good).replace('"version":1', '"version":2');
    assert.throws(() => unpackPolicy(new TextEncoder().encode(newer)), {
      message: 'bytes is a policy of version 2, but this pglab reads version 1.',
    });
  });

  test('what no file can keep, and what does not fit', () => {
    const featureMap = (o: ArrayLike<number>, at: number, out: Float64Array) => {
      out[0] = o[at] ** 2;
    };
    assert.throws(() => packPolicy(softmaxLinear({ features: 1, actions: 2, featureMap })), {
      message:
        'featureMap is a function, which a file cannot keep: keep policy.parameters instead, and make the policy anew from them.',
    });
    assert.throws(() => packPolicy(policy, { env: cartPole() }), /policy/);
    assert.throws(() => packPolicy({} as Policy), { message: /^policy is an object, but must be a policy/ });
    assert.throws(() => unpackPolicy('x' as never), { message: 'bytes is "x", but must be a Uint8Array.' });
    assert.throws(() => savePolicy('', policy), { message: 'path is "", but must be the name of a file.' });
  });
});
