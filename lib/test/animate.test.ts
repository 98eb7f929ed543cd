/** Animations: well-formed, small, the same bytes each time, and what moves is where the state says. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  acrobot,
  animationSvg,
  cartPole,
  cliffWalking,
  corridor,
  type Env,
  frozenLake,
  halfCheetah,
  hopper,
  invertedDoublePendulum,
  invertedPendulum,
  mountainCar,
  mountainCarContinuous,
  pendulum,
  Rng,
  reacher,
  rollout,
  swimmer,
  tabularEnv,
  walker2d,
} from 'pglab';

const environments: Env[] = [
  cartPole(),
  acrobot(),
  mountainCar(),
  mountainCarContinuous(),
  pendulum(),
  tabularEnv(frozenLake()),
  tabularEnv(cliffWalking()),
  tabularEnv(corridor({ length: 6 })),
  halfCheetah(),
  hopper(),
  walker2d(),
  swimmer(),
  reacher(),
  invertedPendulum(),
  invertedDoublePendulum(),
];

function episode(env: Env, seed: number, maxSteps = 500) {
  const rng = new Rng(seed);
  const { actionSpace } = env;
  const act = () =>
    actionSpace.kind === 'discrete'
      ? rng.integer(0, actionSpace.n)
      : actionSpace.low.map(() => rng.uniform(-1, 1));
  return rollout(env, act, { rng, maxSteps });
}

/** Throws unless tags nest, attributes are quoted and unique, and text holds no bare < or &. */
function checkXml(text: string): void {
  const open: string[] = [];
  const rest = text.replace(
    /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, end, name, attributes, single) => {
      const names = [...attributes.matchAll(/\s([\w:-]+)=/g)].map(match => match[1]);
      assert.equal(new Set(names).size, names.length, `twice the same attribute in <${name}>`);
      if (end) assert.equal(open.pop(), name);
      else if (!single) open.push(name);
      return '';
    },
  );
  assert.deepEqual(open, []);
  assert.doesNotMatch(rest, /</);
  assert.doesNotMatch(text, /&(?!(amp|lt|gt|quot|#\d+);)/);
  assert.doesNotMatch(text, /NaN|undefined|Infinity/);
}

for (const env of environments)
  test(`${env.id} is drawn as small, well-formed SVG, the same bytes each time`, () => {
    for (const seed of [1, 2]) {
      const trajectory = episode(env, seed);
      const svg = animationSvg(env, trajectory);
      checkXml(svg);
      assert.ok(svg.length < 60_000, `${svg.length} bytes`);
      assert.equal(svg, animationSvg(env, trajectory));
      assert.match(svg, /^<svg [^>]*role="img" aria-label="Animation of an agent in /);
      if (trajectory.states.length > 2) assert.match(svg, /<animateTransform /);
    }
  });

/** The lists of values by which the transforms of an animation move, in the order of the drawing. */
const moves = (svg: string) =>
  [...svg.matchAll(/<animateTransform [^>]*values="([^"]*)"/g)].map(match => match[1].split(';'));

test('the cart is where x says, the pole leans as theta says', () => {
  const svg = animationSvg(cartPole(), {
    states: [
      [0, 0, 0, 0],
      [1, 0, Math.PI / 18, 0],
      [-1, 0, 0, 0],
    ],
  });
  const [cart, pole] = [
    moves(svg).find(m => m[0].includes(' '))!,
    moves(svg).find(m => !m[0].includes(' '))!,
  ];
  const x = cart.map(value => Number(value.split(' ')[0]));
  assert.equal(x[1] - x[0], x[0] - x[2]);
  assert.ok(x[1] > x[0]);
  assert.deepEqual(pole.slice(0, 3), ['0', '10', '0']);
  assert.match(svg, new RegExp(`<g transform="translate\\(${cart[0]}\\)">`));
});

test('angles that wrap turn the short way', () => {
  const near = Math.PI - 0.01;
  const svg = animationSvg(acrobot(), {
    states: [
      [near, 0, 0, 0],
      [-near, 0, 0, 0],
    ],
  });
  const turned = moves(svg)[0].map(Number);
  assert.ok(Math.abs(turned[1] - turned[0]) < 2, String(turned));
});

test('a capsule lies where MuJoCo has it: the trail of a tip and of an arm ends there', () => {
  const ends = (env: Env, q: number[]) => {
    const { shortState, stateNames } = env.model;
    const state = new Float64Array(stateNames.length);
    state.set(q);
    shortState!.complete(state, 0);
    const still = new Float64Array(stateNames.length);
    const svg = animationSvg(env, { states: [still, state] });
    const [, line] = /<path d="M([^"]*)" pathLength/.exec(svg)!;
    return { at: line.split('L')[1].split(' ').map(Number), state };
  };
  const double = ends(invertedDoublePendulum(), [0.2, 0.3, -0.9, 0, 0, 0]);
  assert.ok(Math.abs(double.at[0] - 200 * double.state[9]) < 0.06, String(double.at));
  assert.ok(Math.abs(double.at[1] + 200 * double.state[10]) < 0.06, String(double.at));
  const arm = ends(reacher(), [0.7, -1.1, 0.05, 0.02, 0, 0, 0, 0]);
  assert.ok(Math.abs(arm.at[0] - 620 * (arm.state[12] + 0.05)) < 0.06, String(arm.at));
  assert.ok(Math.abs(arm.at[1] + 620 * (arm.state[13] + 0.02)) < 0.06, String(arm.at));
});

test('a disc moves from cell to cell', () => {
  const svg = animationSvg(frozenLake(), { states: [0, 1, 5], rewards: [0, 0] });
  const [places] = moves(svg);
  const at = places.slice(0, 3).map(place => place.split(' ').map(Number));
  assert.equal(at[1][1], at[0][1]);
  assert.equal(at[1][0] - at[0][0], at[2][1] - at[1][1]);
  assert.ok(at[1][0] > at[0][0]);
});

test('rewards add up beside the step count', () => {
  const svg = animationSvg(frozenLake(), { states: [0, 1, 2, 3], rewards: [1, -0.5, 2] });
  const texts = [...svg.matchAll(/>(step [^<]*)</g)].map(match => match[1]);
  assert.deepEqual(texts, [
    'step 0   reward so far 0',
    'step 1   reward so far 1',
    'step 2   reward so far 0.50',
    'step 3   reward so far 2.50',
  ]);
});

test('a long trajectory stays small and keeps its length in seconds', () => {
  const states = Array.from({ length: 5001 }, (_, t) => [Math.sin(t / 50), 0, 0.1 * Math.cos(t / 9), 0]);
  const svg = animationSvg(cartPole(), { states, rewards: new Float64Array(5000).fill(1) }, { speed: 2 });
  assert.ok(svg.length < 60_000, String(svg.length));
  const seconds = Number(/dur="([\d.]+)s"/.exec(svg)![1]);
  assert.ok(seconds > 50 && seconds < 52, String(seconds));
  const visible = [...svg.matchAll(/visibility="visible"/g)];
  assert.equal(visible.length, 1, 'the still shows one label');
});

test('the key times of labels rise from 0 to at most 1', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 400 }),
      fc.double({ min: 0.2, max: 60, noNaN: true }),
      (length, fps) => {
        const svg = animationSvg(
          frozenLake(),
          { states: new Uint8Array(length).map((_, t) => t % 16) },
          { fps },
        );
        for (const match of svg.matchAll(/keyTimes="([^"]*)"/g)) {
          const times = match[1].split(';').map(Number);
          for (let k = 0; k < times.length; k++)
            assert.ok(times[k] <= 1 && times[k] >= (k === 0 ? 0 : times[k - 1]), match[1]);
        }
      },
    ),
    { seed: 1, numRuns: 100 },
  );
});

test('one state is a still', () => {
  const svg = animationSvg(pendulum(), { states: [[0, 0]] });
  checkXml(svg);
  assert.doesNotMatch(svg, /<animate/);
});

test('alternative text is escaped', () => {
  const svg = animationSvg(pendulum(), { states: [[0, 0]] }, { alt: 'a < b & "c"' });
  checkXml(svg);
  assert.match(svg, /<title>a &lt; b &amp; &quot;c&quot;<\/title>/);
});

test('what cannot be drawn is refused in one sentence', () => {
  assert.throws(
    () => animationSvg({ id: 'Taxi-v3' }, { states: [[0]] }),
    /env.id is "Taxi-v3", but animate draws CartPole/,
  );
  assert.throws(
    () => animationSvg(cartPole(), { states: [] }),
    /trajectory.states is \[\], but must hold at least one state/,
  );
  assert.throws(
    () => animationSvg(cartPole(), { states: [[1, 2]] }),
    /states\[0\] has length 2, but a state of CartPole-v1 has 4/,
  );
  assert.throws(() => animationSvg(pendulum(), { states: [[0, Number.NaN]] }), /states\[0\]\[1\] is NaN/);
  assert.throws(
    () => animationSvg(frozenLake(), { states: [16] }),
    /states\[0\] is 16, but must be a whole number from 0 to 15/,
  );
  assert.throws(() => animationSvg(pendulum(), { states: [[0, 0]] }, { speed: 0 }), /options.speed is 0/);
});
