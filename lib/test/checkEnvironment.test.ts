/** `checkEnvironment`: an environment of one's own, discrete and continuous, passes and is learnt; each fault has its sentence. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkEnvironment, Env, type EnvModel, evaluate, mlp, mlpPolicy, ppoClip } from 'pglab';

/** The README's example: walk to the goal at 1 on a line, by steps to the left or the right. */
const walk: EnvModel = {
  id: 'Walk',
  observationSpace: { kind: 'box', low: [-1], high: [1] },
  actionSpace: { kind: 'discrete', n: 2 },
  maxSteps: 40,
  stateNames: ['x'],
  initialState(rng, state, offset) {
    state[offset] = rng.uniform(-0.5, 0.5);
  },
  transition(state, offset, action, actionOffset, _rng, outcome) {
    const x = state[offset] + (action[actionOffset] === 1 ? 0.1 : -0.1);
    state[offset] = Math.min(1, Math.max(-1, x));
    outcome.terminated = x >= 1;
    outcome.reward = outcome.terminated ? 0 : -1;
  },
  observe(state, offset, observation, observationOffset) {
    observation[observationOffset] = state[offset];
  },
};

/** The same with a step of any length up to 0.2, and a little wind. */
const glide: EnvModel = {
  ...walk,
  id: 'Glide',
  actionSpace: { kind: 'box', low: [-1], high: [1] },
  transition(state, offset, action, actionOffset, rng, outcome) {
    const push = Math.min(1, Math.max(-1, action[actionOffset]));
    const x = state[offset] + 0.2 * push + rng.uniform(-0.02, 0.02);
    state[offset] = Math.min(1, Math.max(-1, x));
    outcome.terminated = x >= 1;
    outcome.reward = outcome.terminated ? 0 : -1;
  },
};

for (const [model, best] of [
  [walk, -14],
  [glide, -9],
] as const)
  test(`${model.id}: nothing is wrong with it, and PPO learns it`, async () => {
    const env = new Env(model);
    assert.deepEqual(checkEnvironment(env), []);
    assert.deepEqual(checkEnvironment(model, { steps: 2000, seed: 5 }), []);
    const policy = mlpPolicy({ env, hidden: [16], seed: 1 });
    const before = evaluate(policy, env).mean;
    const result = await ppoClip({
      env,
      policy,
      critic: mlp({ inputs: 1, hidden: [16], outputs: 1, seed: 2 }),
      totalSteps: 30_000,
      stepsPerIteration: 64,
      learningRate: left => 0.01 * left,
      targetReturn: best + 1,
    });
    const after = evaluate(result.policy, env, { deterministic: true }).mean;
    assert.ok(before < best - 5 && after > best, `${before} before, ${after} after`);
  });

describe('faults', () => {
  let shared = 0;
  const faults: Record<string, [Partial<EnvModel>, RegExp]> = {
    'chance from elsewhere': [
      {
        initialState: (_rng, state, offset) => {
          state[offset] = Math.random() - 0.5;
        },
      },
      /^The same seed gives another episode: chance must come from the rng/,
    ],
    'a NaN shown': [
      {
        observe: (state, offset, o, at) => {
          o[at] = state[offset] > 0.3 ? Number.NaN : state[offset];
        },
      },
      /^observation\[0\] is NaN after .*, but must be a finite number from -1 to 1\.$/,
    ],
    'an observation beyond its box': [
      { observationSpace: { kind: 'box', low: [-0.1], high: [0.1] } },
      /^observation\[0\] is .*, but must be a finite number from -0\.1 to 0\.1\.$/,
    ],
    'a reward that is none': [
      {
        transition(...args) {
          walk.transition(...args);
          args[5].reward = Infinity;
        },
      },
      /^outcome\.reward is Infinity after 1 step, but transition must set it to a finite number\.$/,
    ],
    'an outcome that is forgotten': [
      {
        transition: (state, offset) => {
          state[offset] *= 0.5;
        },
      },
      /^outcome\.reward is undefined after 1 step/,
    ],
    'memory outside of the state': [
      {
        transition(...args) {
          walk.transition(...args);
          args[5].reward = -(++shared % 7);
        },
      },
      /^(The same seed gives another episode|Beside another copy)/,
    ],
    'the first copy only': [
      {
        observe: (state, _offset, o, at) => {
          o[at] = state[0];
        },
      },
      /^(observation\[0\] is 123\.\d+|Copy 1 of 3 does something else)/,
    ],
    'writing beyond': [
      { observe: (state, offset, o, at) => o.fill(state[offset], at, at + 2) as unknown as undefined },
      /^observe writes outside of the 1 numbers/,
    ],
    'the action changed': [
      {
        transition(state, offset, action, at, rng, outcome) {
          walk.transition(state, offset, action, at, rng, outcome);
          (action as Float64Array)[at] = 0;
        },
      },
      /^transition changes the action/,
    ],
    'a state from which it may not start': [
      {
        checkState(state) {
          if (state[0] > 0.45) throw new RangeError('x is too far.');
        },
      },
      /^An episode came to a state from which none may start: x is too far\.$/,
    ],
    'no end': [
      {
        maxSteps: Infinity,
        transition(...args) {
          walk.transition(...args);
          args[5].terminated = false;
        },
      },
      /^No episode ended within 500 steps, and maxSteps is Infinity/,
    ],
    'an error': [
      {
        initialState() {
          throw new Error('not yet');
        },
      },
      /^While one transition after the other was played, an error came: not yet$/,
    ],
    'no name': [{ id: '' }, /^id is "", but must be a name\.$/],
    'a box upside down': [
      { observationSpace: { kind: 'box', low: [1], high: [-1] } },
      /^observationSpace has a low bound above its high one\.$/,
    ],
  };
  for (const [name, [change, sentence]] of Object.entries(faults))
    test(name, () => {
      const findings = checkEnvironment({ ...walk, ...change });
      assert.ok(
        findings.some(finding => sentence.test(finding)),
        findings.join('\n') || 'none found',
      );
      for (const finding of findings) assert.match(finding, /^[a-zA-Z].*[^.]\.?$/);
    });

  test('a step that counts from outside of the state is found where an episode goes on', () => {
    const counting = (): EnvModel => {
      let steps = 0;
      return {
        ...walk,
        initialState(rng, state, offset) {
          steps = 0;
          walk.initialState(rng, state, offset);
        },
        transition(...args) {
          walk.transition(...args);
          args[5].reward = -steps++;
        },
      };
    };
    assert.match(checkEnvironment(counting()).join(' '), /all memory must lie in the state/);
  });

  test('a class that is terminated and truncated at once', () => {
    class Both extends Env {
      override step(action: number | ArrayLike<number>) {
        const step = super.step(action);
        return { ...step, truncated: step.truncated || step.terminated };
      }
    }
    assert.match(checkEnvironment(new Both(walk)).join(' '), /^A step is terminated and truncated/);
  });
});
