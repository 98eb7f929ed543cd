/**
 * The fast engine: multi-layer perceptrons in float32 on WebAssembly SIMD.
 *
 *   forward    H_0 = O,   H_l = phi(H_{l-1} W_l + b_l),   Y = [ H_L W_out + b_out, free ]         (rows are observations)
 *   backward   D = dL/dY;  then for each layer, last to first:
 *              dL/dW_l += H_{l-1}^T D,   dL/db_l += sum of D's rows,   D <- (D W_l^T) phi'(H_{l-1})
 *   tangent    T_0 = 0,   T_l = (T_{l-1} W_l + H_{l-1} dW_l + db_l) phi'(H_l)   for the parameters (dW, db) of a direction
 *
 * Each line is a kernel or two of lib/assembly: all matrix products are the same one with other strides. Batches
 * go through all layers in blocks of 128 rows, so that what one layer wrote is still in the cache when the next reads it.
 * Everything lies in one arena that is filled at the first batch of a size and only used after that.
 *
 * A row's outputs do not depend on the rows beside it, and the same numbers in give the same bytes out on any machine.
 */

import { checkInteger, checkVector } from '../../math/check';
import type { FloatArray } from '../../math/floatArray';
import { maker, remember } from '../../recipe';
import { type MlpLayer, type MlpSpec, mlpLayers } from '../mlpParameters';
import {
  ascendAlong,
  checkDirection,
  checkDOutputs,
  checkGradient,
  checkObservations,
  type Network,
} from '../network';
import { Adam, type Optimizer } from '../optimizers';
import { Arena } from './arena';

const BLOCK = 128;
const FLOAT = 4; // bytes

/** A layer of theta and where the engine keeps what belongs to it. */
interface DenseLayer extends MlpLayer {
  /** Numbers in one row of its outputs: `units`, and the free outputs after those of the last layer. */
  readonly width: number;
  /** W^T [units * inputs], rewritten by each `backward`; none for the first layer. */
  readonly transposed: Float32Array;
  /** Its outputs [capacity * width] for the last batch. */
  values: Float32Array;
}

export class SimdMlp implements Network {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly parameters: Float32Array;
  readonly gradient: Float32Array;
  private readonly arena = new Arena();
  private readonly layers: DenseLayer[];
  private readonly relu: number;
  private readonly zeros: Float32Array;
  private readonly one: Float32Array;
  /** D of one block, for odd layers and for even ones. */
  private readonly deltas: readonly Float32Array[];
  /** Rows that there is room for. */
  private capacity = 0;
  private observations: Float32Array = new Float32Array(0);
  private dOutputs: Float32Array = new Float32Array(0);
  /** The rows of the last `forward`, and its outputs. */
  private outputs: Float32Array = new Float32Array(0);
  private count = 0;
  /** What `tangent` works with, made when it is first called: the direction v [d], and J v [capacity * outputSize]. */
  private direction?: Float32Array;
  private tangents: Float32Array = new Float32Array(0);
  /** Where `backward` gathers what it then adds to somebody else's array. */
  private scratch?: Float32Array;
  private readonly adamStates = new WeakMap<Adam, { mean: Float32Array; square: Float32Array }>();

  /** @param parameters theta to begin with; copied */
  constructor(
    readonly spec: MlpSpec,
    parameters: ArrayLike<number>,
  ) {
    const { arena } = this;
    this.inputSize = spec.inputs;
    this.outputSize = spec.outputs + spec.freeOutputs;
    this.relu = spec.activation === 'relu' ? 1 : 0;
    this.parameters = arena.allocate(parameters.length);
    this.parameters.set(parameters);
    this.gradient = arena.allocate(parameters.length);
    this.layers = mlpLayers(spec).map((layer, l) => ({
      ...layer,
      width: layer.activation === 'linear' ? this.outputSize : layer.units,
      transposed: arena.allocate(l === 0 ? 0 : layer.inputs * layer.units),
      values: new Float32Array(0),
    }));
    const widest = Math.max(0, ...spec.hidden);
    this.zeros = arena.allocate(widest);
    this.one = arena.allocate(1).fill(1);
    this.deltas = [arena.allocate(BLOCK * widest), arena.allocate(BLOCK * widest)];
  }

  forward(observations: ArrayLike<number>, count = 1, offset = 0): Float32Array {
    checkInteger('count', count, 1);
    checkInteger('offset', offset, 0);
    checkObservations(observations, count, offset, this.inputSize);
    if (count > this.capacity) this.makeRoom(count);
    const { layers, observations: own, relu, inputSize } = this;
    const { kernels } = this.arena;
    for (let i = 0; i < count * inputSize; i++) own[i] = observations[offset + i];

    const theta = this.parameters.byteOffset;
    for (let row = 0; row < count; row += BLOCK) {
      const rows = Math.min(BLOCK, count - row);
      let x = own.byteOffset + row * inputSize * FLOAT;
      for (const { inputs, units, weights, biases, activation, values, width } of layers) {
        const y = values.byteOffset + row * width * FLOAT;
        // biome-ignore format: a line for each matrix
        kernels.product(
          rows, units, inputs,
          x, inputs * FLOAT, FLOAT,
          theta + weights * FLOAT, units * FLOAT,
          theta + biases * FLOAT, 0,
          y, width * FLOAT,
        );
        if (activation !== 'linear') kernels.activate(relu, rows * units, y);
        x = y;
      }
    }
    this.repeatFreeOutputs(count, theta, layers.at(-1)!.values);
    if (count !== this.count) {
      this.count = count;
      this.outputs = layers.at(-1)!.values.subarray(0, count * this.outputSize);
    }
    return this.outputs;
  }

  /** Room for batches of `count` rows and more. */
  private makeRoom(count: number): void {
    const { arena, layers, inputSize, outputSize } = this;
    const capacity = Math.max(count, 2 * this.capacity);
    this.observations = arena.allocate(capacity * inputSize);
    this.dOutputs = arena.allocate(capacity * outputSize);
    for (const layer of layers) layer.values = arena.allocate(capacity * layer.width);
    this.capacity = capacity;
    this.count = 0;
  }

  /**
   * Writes the free outputs, the last of the parameters at `theta`, behind those of the last layer in each row: a product
   * along no steps leaves its initial values.
   */
  private repeatFreeOutputs(count: number, theta: number, rows: Float32Array): void {
    const { outputs, freeOutputs } = this.spec;
    if (freeOutputs === 0) return;
    const free = theta + (this.parameters.length - freeOutputs) * FLOAT;
    const y = rows.byteOffset + outputs * FLOAT;
    this.arena.kernels.product(count, freeOutputs, 0, 0, 0, 0, 0, 0, free, 0, y, this.outputSize * FLOAT);
  }

  backward(dOutputs: ArrayLike<number>, gradient: FloatArray = this.gradient): void {
    const { arena, count, layers, outputSize, parameters, relu } = this;
    const { kernels } = arena;
    checkDOutputs(dOutputs, count, outputSize);
    checkGradient(gradient, parameters.length);
    this.dOutputs.set(dOutputs);
    const own = gradient === this.gradient;
    if (!own) this.scratch = (this.scratch ?? arena.allocate(parameters.length)).fill(0);
    const target = (own ? this.gradient : this.scratch!).byteOffset;

    const theta = parameters.byteOffset;
    for (const { inputs, units, weights, transposed } of layers)
      if (transposed.length > 0)
        kernels.transpose(inputs, units, theta + weights * FLOAT, transposed.byteOffset);

    for (let row = 0; row < count; row += BLOCK) {
      const rows = Math.min(BLOCK, count - row);
      let delta = this.dOutputs.byteOffset + row * outputSize * FLOAT;
      for (let l = layers.length - 1; l >= 0; l--) {
        const { inputs, units, weights, biases, transposed, width } = layers[l];
        const below = l === 0 ? this.observations : layers[l - 1].values;
        const x = below.byteOffset + row * inputs * FLOAT;
        const dW = target + weights * FLOAT;
        const db = target + biases * FLOAT; // the free outputs lie right behind the last biases
        // biome-ignore format: a line for each matrix
        kernels.product(
          inputs, units, rows,
          x, FLOAT, inputs * FLOAT,
          delta, width * FLOAT,
          dW, units * FLOAT,
          dW, units * FLOAT,
        );
        // biome-ignore format: a line for each matrix
        kernels.product(
          1, width, rows,
          this.one.byteOffset, 0, 0,
          delta, width * FLOAT,
          db, 0,
          db, 0,
        );
        if (l === 0) break;
        const next = this.deltas[l % 2].byteOffset;
        // biome-ignore format: a line for each matrix
        kernels.product(
          rows, inputs, units,
          delta, width * FLOAT, FLOAT,
          transposed.byteOffset, inputs * FLOAT,
          this.zeros.byteOffset, 0,
          next, inputs * FLOAT,
        );
        kernels.differentiate(relu, rows * inputs, x, next);
        delta = next;
      }
    }
    if (!own) for (let k = 0; k < gradient.length; k++) gradient[k] += this.scratch![k];
  }

  tangent(direction: ArrayLike<number>): Float32Array {
    const { arena, count, layers, outputSize, parameters, relu } = this;
    const { kernels } = arena;
    checkDirection(direction, parameters.length, count);
    this.direction ??= arena.allocate(parameters.length);
    this.direction.set(direction);
    if (this.tangents.length < count * outputSize) this.tangents = arena.allocate(this.capacity * outputSize);

    const theta = parameters.byteOffset;
    const v = this.direction.byteOffset;
    for (let row = 0; row < count; row += BLOCK) {
      const rows = Math.min(BLOCK, count - row);
      let before = 0; // T_{l-1}
      layers.forEach(({ inputs, units, weights, biases, activation, values, width }, l) => {
        const below = l === 0 ? this.observations : layers[l - 1].values;
        const x = below.byteOffset + row * inputs * FLOAT;
        const last = activation === 'linear';
        const t = last ? this.tangents.byteOffset + row * width * FLOAT : this.deltas[l % 2].byteOffset;
        // biome-ignore format: a line for each matrix
        kernels.product(
          rows, units, inputs,
          x, inputs * FLOAT, FLOAT,
          v + weights * FLOAT, units * FLOAT,
          v + biases * FLOAT, 0,
          t, width * FLOAT,
        );
        if (l > 0)
          // biome-ignore format: a line for each matrix
          kernels.product(
            rows, units, inputs,
            before, inputs * FLOAT, FLOAT,
            theta + weights * FLOAT, units * FLOAT,
            t, width * FLOAT,
            t, width * FLOAT,
          );
        if (!last) kernels.differentiate(relu, rows * units, values.byteOffset + row * width * FLOAT, t);
        before = t;
      });
    }
    this.repeatFreeOutputs(count, v, this.tangents);
    return this.tangents.subarray(0, count * outputSize);
  }

  applyGradient(optimizer: Optimizer): void {
    if (optimizer instanceof Adam) this.ascendByAdam(optimizer);
    else ascendAlong(this, optimizer);
  }

  /** Runs Adam's update in the arena, where the optimizer keeps its m and v from then on. */
  private ascendByAdam(optimizer: Adam): void {
    const { arena, parameters, gradient } = this;
    if (!arena.kernels.allFinite(gradient.length, gradient.byteOffset)) checkVector('gradient', gradient);
    let state = this.adamStates.get(optimizer);
    if (!state) {
      state = { mean: arena.allocate(parameters.length), square: arena.allocate(parameters.length) };
      this.adamStates.set(optimizer, state);
    }
    if (optimizer.mean !== state.mean) optimizer.keepStateIn(state.mean, state.square);
    const { meanSum, squareSum } = optimizer.nextUpdate();
    arena.kernels.adam(
      parameters.length,
      parameters.byteOffset,
      gradient.byteOffset,
      state.mean.byteOffset,
      state.square.byteOffset,
      optimizer.learningRate,
      optimizer.beta1,
      optimizer.beta2,
      1 - optimizer.beta1,
      1 - optimizer.beta2,
      1 / meanSum,
      1 / squareSum,
      optimizer.epsilon,
    );
  }

  clipGradientNorm(maxNorm: number): number {
    const { gradient } = this;
    const { kernels } = this.arena;
    const norm = Math.sqrt(kernels.sumOfSquares(gradient.length, gradient.byteOffset));
    if (norm > maxNorm) kernels.scale(gradient.length, gradient.byteOffset, maxNorm / norm);
    return norm;
  }

  clone(): SimdMlp {
    return new SimdMlp(this.spec, this.parameters);
  }
}

maker('SimdMlp', (spec: MlpSpec, parameters: Float32Array) => new SimdMlp(spec, parameters));
remember(SimdMlp.prototype, ({ spec, parameters }) => ({ make: 'SimdMlp', args: [spec, parameters] }));
