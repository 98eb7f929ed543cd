/**
 * A table: K numbers for each of S states, theta = [S * K] row by row,
 *
 *   y_k(s) = theta[s, k]        dy_k(s)/dtheta[s', j] = [s' = s] [k = j]
 *
 * Observations are the index of the state. It can represent every function of the state, which is what makes exact
 * comparisons with theory possible.
 */

import { checkInteger, checkVector, fail, knownOptions, type OptionNames, show } from '../math/check';
import { type FloatArray, roomFor } from '../math/floatArray';
import { remember } from '../recipe';
import {
  ascendAlong,
  checkDirection,
  checkDOutputs,
  checkGradient,
  checkObservations,
  type Network,
  shortenGradient,
} from './network';
import type { Optimizer } from './optimizers';

/** Options of `tableNetwork`. */
export interface TableNetworkOptions {
  /** S, the number of states. */
  states: number;
  /** K, the numbers for each state. */
  outputs: number;
  /** theta to begin with, [S * K]; copied. All zero by default. */
  parameters?: ArrayLike<number>;
  /** What the parameters are called in error messages. */
  name?: string;
}

const TABLE_NETWORK_OPTIONS: OptionNames<TableNetworkOptions> = {
  states: 'required',
  outputs: 'required',
  parameters: 'optional',
  name: 'optional',
};

class TableNetwork implements Network {
  readonly inputSize = 1;
  readonly states: number;
  readonly outputSize: number;
  readonly parameters: Float64Array;
  readonly gradient: Float64Array;
  private outputs = new Float64Array(0);
  private tangents = new Float64Array(0);
  /** [count] where the rows of the last `forward` begin in theta. */
  private rows = new Int32Array(0);
  private count = 0;

  constructor({ states, outputs, parameters, name = 'parameters' }: TableNetworkOptions) {
    this.states = checkInteger('states', states, 1);
    this.outputSize = checkInteger('outputs', outputs, 1);
    const size = states * outputs;
    this.parameters = parameters
      ? Float64Array.from(checkVector(name, parameters, size))
      : new Float64Array(size);
    this.gradient = new Float64Array(size);
  }

  forward(observations: ArrayLike<number>, count = 1, offset = 0): FloatArray {
    checkObservations(observations, count, offset, 1);
    const { states, outputSize, parameters } = this;
    this.outputs = roomFor(this.outputs, count * outputSize);
    if (this.rows.length < count) this.rows = new Int32Array(2 * count);
    this.count = count;
    for (let b = 0, k = 0; b < count; b++) {
      const s = observations[offset + b];
      if (!(s >= 0 && s < states && Math.floor(s) === s))
        fail(`observation[${offset + b}] is ${show(s)}, but must be a state from 0 to ${states - 1}.`);
      const row = s * outputSize;
      this.rows[b] = row;
      for (let j = 0; j < outputSize; j++) this.outputs[k++] = parameters[row + j];
    }
    return this.outputs.subarray(0, count * outputSize);
  }

  backward(dOutputs: ArrayLike<number>, gradient: FloatArray = this.gradient): void {
    const { count, outputSize, rows } = this;
    checkDOutputs(dOutputs, count, outputSize);
    checkGradient(gradient, this.parameters.length);
    for (let b = 0, k = 0; b < count; b++)
      for (let j = 0; j < outputSize; j++) gradient[rows[b] + j] += dOutputs[k++];
  }

  tangent(direction: ArrayLike<number>): FloatArray {
    const { count, outputSize, rows } = this;
    checkDirection(direction, this.parameters.length, count);
    this.tangents = roomFor(this.tangents, count * outputSize);
    const { tangents } = this;
    for (let b = 0, k = 0; b < count; b++)
      for (let j = 0; j < outputSize; j++) tangents[k++] = direction[rows[b] + j];
    return tangents.subarray(0, count * outputSize);
  }

  clipGradientNorm(maxNorm: number): number {
    return shortenGradient(this, maxNorm);
  }

  applyGradient(optimizer: Optimizer): void {
    ascendAlong(this, optimizer);
  }

  static {
    remember(TableNetwork.prototype, ({ states, outputSize: outputs, parameters }) => ({
      make: 'tableNetwork',
      args: [{ states, outputs, parameters }],
    }));
  }

  clone(): TableNetwork {
    const { states, outputSize: outputs, parameters } = this;
    return new TableNetwork({ states, outputs, parameters });
  }
}

/** One number, or K, for each state; all zero unless `parameters` says otherwise. */
export const tableNetwork = (options: TableNetworkOptions): Network =>
  new TableNetwork(knownOptions('tableNetwork', options, TABLE_NETWORK_OPTIONS));
