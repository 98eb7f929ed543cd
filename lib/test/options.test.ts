/**
 * Options that a function does not know are refused: all public functions, found among the exports by their types, are
 * handed a misspelled name for each of their options, null, and nothing.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as pglab from 'pglab';
import {
  actorCritic,
  cartPole,
  lineChart,
  mlp,
  mlpPolicy,
  networkBaseline,
  ppoClip,
  ppoKl,
  reinforce,
  softmaxTabular,
  tableNetwork,
  vectorEnv,
} from 'pglab';
import ts from 'typescript';

/** A public function that takes options. */
interface Taker {
  name: string;
  call(...args: unknown[]): unknown;
  /** Which of its parameters. */
  position: number;
  /** Whether it may be called without. */
  optional: boolean;
  names: string[];
}

const declarations = join(__dirname, '..', 'dist', 'index.d.ts');
const program = ts.createProgram([declarations], {
  skipLibCheck: true,
  strict: true,
  target: ts.ScriptTarget.ES2022,
});
const checker = program.getTypeChecker();

/** The public functions, classes and methods, with what they are at run time. */
function* functionsOf(
  symbols: readonly ts.Symbol[],
  values: Record<string, unknown>,
  prefix = '',
): Generator<{ name: string; value: unknown; signatures: readonly ts.Signature[]; made?: boolean }> {
  for (const exported of symbols) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const value = Object.getOwnPropertyDescriptor(values, exported.name)?.value;
    const name = prefix + exported.name;
    if (symbol.flags & ts.SymbolFlags.ValueModule) {
      yield* functionsOf(checker.getExportsOfModule(symbol), { ...(value as object) }, `${name}.`);
      continue;
    }
    if (!(symbol.flags & ts.SymbolFlags.Value) || !symbol.valueDeclaration) continue;
    const type = checker.getTypeOfSymbolAtLocation(symbol, symbol.valueDeclaration);
    yield { name, value, signatures: type.getCallSignatures() };
    if (symbol.flags & ts.SymbolFlags.Class) {
      yield { name, value, signatures: type.getConstructSignatures(), made: true };
      const own = checker.getDeclaredTypeOfSymbol(symbol).getProperties();
      yield* functionsOf(own, (value as { prototype: Record<string, unknown> }).prototype, `${name}.`);
    } else if (value !== null && typeof value === 'object' && !Array.isArray(value))
      yield* functionsOf(type.getProperties(), value as Record<string, unknown>, `${name}.`);
  }
}

/** Whether one form of an overloaded function may be called without its parameter at `position`. */
function optionalIn(signature: ts.Signature, position: number): boolean {
  const declaration = signature.parameters[position]?.valueDeclaration as ts.ParameterDeclaration | undefined;
  return !declaration || !!declaration.questionToken || !!declaration.initializer;
}

const takers: Taker[] = [];
const strangers: string[] = [];
const index = checker.getSymbolAtLocation(program.getSourceFile(declarations)!)!;
for (const { name, value, signatures, made } of functionsOf(checker.getExportsOfModule(index), { ...pglab }))
  for (const signature of signatures)
    signature.parameters.forEach((parameter, position) => {
      const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
      const typeName = checker.typeToString(type);
      if (typeName === 'ErrorOptions') return;
      if (parameter.name !== 'options') {
        if (/Options/.test(typeName)) strangers.push(`${name}(${parameter.name}: ${typeName})`);
        return;
      }
      const members = type.isUnion() ? type.types : [type];
      const names = [...new Set(members.flatMap(member => member.getProperties().map(p => p.name)))];
      const call = (...args: unknown[]) =>
        made
          ? Reflect.construct(value as new () => unknown, args)
          : (value as () => unknown).call({}, ...(args as []));
      takers.push({
        name,
        call,
        position,
        optional: signatures.some(other => optionalIn(other, position)),
        names,
      });
    });

/** The error of a call, thrown or rejected. */
async function errorOf({ call, position }: Taker, options: unknown): Promise<Error> {
  try {
    await call(...Array(position).fill(undefined), options);
  } catch (error) {
    return error as Error;
  }
  return assert.fail(`no error for ${String(options)}`);
}

describe('every public function with options', () => {
  test('is found: they are all called options, and there are many', () => {
    assert.deepEqual(strangers, []);
    const found = new Set(takers.map(({ name }) => name));
    for (const name of ['ppoClip', 'Env.reset', 'check.rewardToGo', 'CovarianceAccumulator', 'lineChart'])
      assert.ok(found.has(name), `${name} in ${[...found].join(', ')}`);
    assert.ok(takers.length > 90, String(takers.length));
  });

  for (const taker of takers) {
    test(`${taker.name}, ${taker.names.length} options`, async () => {
      assert.ok(taker.names.length > 0);
      for (const name of taker.names) {
        const wrong = `${name}_`;
        const error = await errorOf(taker, { [wrong]: 1 });
        assert.equal(error.name, 'TypeError');
        assert.match(error.message, new RegExp(`^[\\w.]+ has no option ${wrong}: did you mean ${name}\\?$`));
      }
      const { message } = await errorOf(taker, { zzzzzzzzzz: 1 });
      assert.match(message, /^[\w.]+ has no option zzzzzzzzzz, but takes [\w, ]+\.$/);
      for (const nothing of [null, 7, 'x', [], ...(taker.optional ? [] : [undefined])]) {
        const { name, message } = await errorOf(taker, nothing);
        assert.equal(name, 'TypeError');
        assert.match(
          message,
          /^[\w.]+ got (no options|.* for its options), but must get an object with [\w, ]+\.$/,
        );
      }
    });
  }
});

const env = cartPole();
const learner = () => ({
  env,
  policy: mlpPolicy({ env, hidden: [4], seed: 1 }),
  critic: mlp({ inputs: 4, hidden: [4], outputs: 1, seed: 2 }),
  totalSteps: 256,
  copies: 2,
  stepsPerIteration: 128,
});

test('the mistakes that people make, through a spread, a variable and plain JavaScript', async () => {
  const slips: [(options: never) => unknown, object, string][] = [
    [ppoClip, { cliprange: 0.1 }, 'ppoClip has no option cliprange: did you mean clipRange?'],
    [ppoClip, { learning_rate: 0.1 }, 'ppoClip has no option learning_rate: did you mean learningRate?'],
    [ppoKl, { target: 1 }, 'ppoKl has no option target: did you mean targetReturn or klTarget?'],
    [ppoKl, { kltraget: 1 }, 'ppoKl has no option kltraget: did you mean klTarget?'],
    [ppoClip, { ent_coef: 0 }, 'ppoClip has no option ent_coef: did you mean entropyCoef?'],
    [ppoClip, { num_envs: 4 }, 'ppoClip has no option num_envs: did you mean copies?'],
    [ppoClip, { total_timesteps: 4 }, 'ppoClip has no option total_timesteps: did you mean totalSteps?'],
    [ppoClip, { callback: () => {} }, 'ppoClip has no option callback: did you mean onIteration?'],
    [ppoClip, { checkpoint: { path: 'x', evry: 2 } }, 'checkpoint has no option evry: did you mean every?'],
  ];
  for (const [algorithm, slip, message] of slips) {
    const options = { ...learner(), ...slip };
    await assert.rejects(async () => algorithm(options as never), { name: 'TypeError', message });
  }
  assert.throws(() => vectorEnv(env, 2, 500 as never), {
    message: 'vectorEnv got 500 for its options, but must get an object with maxSteps.',
  });
  await assert.rejects(ppoClip(undefined as never), {
    message: 'ppoClip got no options, but must get an object with env, policy and critic.',
  });
  assert.throws(() => lineChart({} as never, undefined as never), {
    message: 'lineChart got no options, but must get an object with xTitle and yTitle.',
  });
  assert.throws(() => softmaxTabular({ states: 1, actions: 1, toString: 1 } as never), {
    message: 'softmaxTabular has no option toString, but takes states, actions and logits.',
  });
});

test('an option that is undefined is not given, whatever its name', async () => {
  const { history } = await ppoClip({ ...learner(), ...{ klTarget: undefined } });
  assert.equal(history.length, 1);
});

describe('limits at whose edge nothing would be learnt', () => {
  const critic = networkBaseline({ network: tableNetwork({ states: 1, outputs: 1 }) });
  const runs: [string, (slip: object) => Promise<unknown>, object, string][] = [
    [
      'ppoClip',
      s => ppoClip({ ...learner(), ...s }),
      { maxGradientNorm: 0 },
      'maxGradientNorm is 0, but must be a number above 0, or Infinity for no limit.',
    ],
    [
      'ppoClip',
      s => ppoClip({ ...learner(), ...s }),
      { clipRange: 0 },
      'clipRange is 0, but must be a number above 0, or Infinity for no limit.',
    ],
    [
      'ppoClip',
      s => ppoClip({ ...learner(), ...s }),
      { valueClipRange: 0 },
      'valueClipRange is 0, but must be a finite number above 0.',
    ],
    [
      'actorCritic',
      s => actorCritic({ ...learner(), critic, ...s }),
      { maxGradientNorm: 0 },
      'maxGradientNorm is 0, but must be a number above 0, or Infinity for no limit.',
    ],
  ];
  runs.push([
    'ppoClip',
    s => ppoClip({ ...learner(), ...s }),
    { copies: 1, stepsPerIteration: 1 },
    'normalizeAdvantages is true, but an iteration of one step leaves nothing to normalise: its advantage becomes 0.',
  ]);
  for (const [name, run, slip, message] of runs)
    test(`${name} ${Object.keys(slip)[0]}`, () => assert.rejects(run(slip), { name: 'RangeError', message }));

  test('a learning rate of 0 holds a policy still on purpose', async () => {
    const { policy } = learner();
    const run = await reinforce({ env, policy, iterations: 1, learningRate: 0 });
    assert.deepEqual(run.policy.parameters, policy.parameters);
  });
});
