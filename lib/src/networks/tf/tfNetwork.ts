/**
 * The TensorFlow.js engine: any model with one input [B, n] and one output [B, K] behind the Network contract.
 *
 *   forward    y = model(o), free outputs behind it              one upload, one call and one download for a whole batch
 *   backward   dL/dtheta = sum_b sum_k dL/dy_bk dy_bk/dtheta      model(o) again, taped, then differentiated
 *   tangent    J v = d/du sum v . (J^T u)                         backward, which is linear in u = dL/dy, differentiated
 *
 * theta is the concatenation of the model's trainable weights, in their order, and last the free outputs: for a stack of
 * dense layers the layout of mlpParameters.ts. The caller may write to it at any time, so that `forward` first
 * compares it with what the model has, and uploads the weights that differ.
 *
 * A forward call costs 0.2 to 0.5 ms and a backward call some 2 ms, however few the rows: ask for many at once. Between
 * calls, the only tensors are the model's weights. TensorFlow.js does not notice when nobody refers to a network any
 * more: its weights, and those of each clone, stay until `dispose`.
 */

import type { Variable } from '@tensorflow/tfjs-node';
import { checkInteger, fail, knownOptions, type OptionNames, show } from '../../math/check';
import { type FloatArray, roomFor } from '../../math/floatArray';
import {
  ascendAlong,
  checkDirection,
  checkDOutputs,
  checkGradient,
  checkObservations,
  type Network,
  shortenGradient,
} from '../network';
import type { Optimizer } from '../optimizers';
import { tensorflow } from './tensorflow';
import type { LayersModel, Scalar, Tensor } from './types';

/** Options of `tfNetwork`. */
export interface TfNetworkOptions {
  /** Outputs that are parameters themselves, such as the log sigma of a Gaussian policy; none by default. */
  freeOutputs?: number;
}

const TF_NETWORK_OPTIONS: OptionNames<TfNetworkOptions> = { freeOutputs: 'optional' };

/** A weight of the model and where it lies in theta. */
interface Weight {
  readonly variable: Variable;
  readonly begin: number;
  readonly end: number;
}

/** A network that TensorFlow.js computes; see the top of this file. */
export class TfNetwork implements Network {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly parameters: Float32Array;
  readonly gradient: Float32Array;
  private readonly weights: Weight[] = [];
  /** The weights as the model has them. */
  private readonly uploaded: Float32Array;
  private inputs = new Float32Array(0);
  private outputs = new Float32Array(0);
  private tangents = new Float32Array(0);
  private count = 0;

  constructor(
    private readonly model: LayersModel,
    private readonly freeOutputs: number,
  ) {
    const [inputSize, modelOutputs] = sizesOf(model);
    this.inputSize = inputSize;
    this.outputSize = modelOutputs + freeOutputs;
    let begin = 0;
    for (const weight of model.trainableWeights) {
      const variable = weight.read() as Variable;
      const end = begin + variable.size;
      this.weights.push({ variable, begin, end });
      begin = end;
    }
    this.uploaded = new Float32Array(begin);
    for (const { variable, begin } of this.weights) this.uploaded.set(variable.dataSync(), begin);
    this.parameters = new Float32Array(begin + freeOutputs);
    this.parameters.set(this.uploaded);
    this.gradient = new Float32Array(begin + freeOutputs);
  }

  forward(observations: ArrayLike<number>, count = 1, offset = 0): Float32Array {
    checkInteger('count', count, 1);
    checkInteger('offset', offset, 0);
    checkObservations(observations, count, offset, this.inputSize);
    this.checkAlive();
    this.upload();
    this.inputs = roomFor(this.inputs, count * this.inputSize);
    this.outputs = roomFor(this.outputs, count * this.outputSize);
    this.count = count;
    const { inputs, outputs, outputSize, freeOutputs } = this;
    for (let i = 0; i < count * this.inputSize; i++) inputs[i] = observations[offset + i];

    const fromModel = tensorflow().tidy(() => this.apply().dataSync());
    const modelOutputs = outputSize - freeOutputs;
    const free = this.parameters.subarray(this.uploaded.length);
    for (let b = 0; b < count; b++) {
      outputs.set(fromModel.subarray(b * modelOutputs, (b + 1) * modelOutputs), b * outputSize);
      outputs.set(free, b * outputSize + modelOutputs);
    }
    return outputs.subarray(0, count * outputSize);
  }

  /** Runs the model anew, on a tape, and plays it back: about five times the cost of `forward`. */
  backward(dOutputs: ArrayLike<number>, gradient: FloatArray = this.gradient): void {
    const { count, outputSize, freeOutputs, weights } = this;
    checkDOutputs(dOutputs, count, outputSize);
    checkGradient(gradient, this.parameters.length);
    this.checkAlive();
    const modelOutputs = outputSize - freeOutputs;
    const dModel = new Float32Array(count * modelOutputs);
    const free = gradient.subarray(this.uploaded.length);
    for (let b = 0; b < count; b++) {
      const row = b * outputSize;
      for (let k = 0; k < modelOutputs; k++) dModel[b * modelOutputs + k] = dOutputs[row + k];
      for (let k = 0; k < freeOutputs; k++) free[k] += dOutputs[row + modelOutputs + k];
    }
    const tf = tensorflow();
    tf.tidy(() => {
      const dWeights = tf.grads(() => this.apply())(
        weights.map(({ variable }) => variable),
        tf.tensor2d(dModel, [count, modelOutputs]),
      );
      dWeights.forEach((dWeight, i) => {
        const numbers = dWeight.dataSync();
        for (let k = 0; k < numbers.length; k++) gradient[weights[i].begin + k] += numbers[k];
      });
    });
  }

  tangent(direction: ArrayLike<number>): Float32Array {
    const { count, outputSize, freeOutputs, weights } = this;
    checkDirection(direction, this.parameters.length, count);
    this.checkAlive();
    const modelOutputs = outputSize - freeOutputs;
    const v = Float32Array.from(direction);
    const tf = tensorflow();
    const ofModel = tf.tidy(() => {
      const variables = weights.map(({ variable }) => variable);
      const along = weights.map(({ variable, begin, end }) =>
        tf.tensor(v.subarray(begin, end), variable.shape),
      );
      const alongV = (u: Tensor) => {
        const dWeights = tf.grads(() => this.apply())(variables, u);
        return tf.addN(dWeights.map((dWeight, i) => dWeight.mul(along[i]).sum())) as Scalar;
      };
      return tf
        .grad(alongV)(tf.zeros([count, modelOutputs]))
        .dataSync();
    });
    this.tangents = roomFor(this.tangents, count * outputSize);
    const { tangents } = this;
    for (let b = 0; b < count; b++) {
      tangents.set(ofModel.subarray(b * modelOutputs, (b + 1) * modelOutputs), b * outputSize);
      tangents.set(v.subarray(this.uploaded.length), b * outputSize + modelOutputs);
    }
    return tangents.subarray(0, count * outputSize);
  }

  clipGradientNorm(maxNorm: number): number {
    return shortenGradient(this, maxNorm);
  }

  applyGradient(optimizer: Optimizer): void {
    ascendAlong(this, optimizer);
  }

  /** The same function with weights of its own, to be disposed of on its own. */
  clone(): TfNetwork {
    this.checkAlive();
    const { model } = this;
    const Model = model.constructor as unknown as ModelClass;
    const copy = new TfNetwork(Model.fromConfig(Model, model.getConfig()), this.freeOutputs);
    tensorflow().tidy(() => copy.model.setWeights(model.getWeights())); // also those that are not trained
    copy.uploaded.set(this.uploaded);
    copy.parameters.set(this.parameters);
    return copy;
  }

  /** Frees the model's weights. The network cannot be used after that. */
  dispose(): void {
    this.checkAlive();
    this.model.dispose();
  }

  private checkAlive(): void {
    if (this.weights.some(({ variable }) => variable.isDisposed))
      throw new Error("the network's weights were disposed of, so that it cannot be used any more.");
  }

  /** The model's outputs [count, K - freeOutputs] for the inputs of the last `forward`, layers as in inference. */
  private apply(): Tensor {
    const { inputSize, inputs, count } = this;
    const x = tensorflow().tensor2d(inputs.subarray(0, count * inputSize), [count, inputSize]);
    return this.model.apply(x, { training: false }) as Tensor;
  }

  /** Brings to the model what was written to theta since the last time. */
  private upload(): void {
    const { parameters, uploaded, weights } = this;
    for (const { variable, begin, end } of weights) {
      let k = begin;
      while (k < end && parameters[k] === uploaded[k]) k++;
      if (k === end) continue;
      uploaded.set(parameters.subarray(begin, end), begin);
      const tf = tensorflow();
      tf.tidy(() => variable.assign(tf.tensor(parameters.slice(begin, end), variable.shape)));
    }
  }
}

/** The static side of tf.Sequential and tf.LayersModel that makes a model anew. */
interface ModelClass {
  fromConfig(model: ModelClass, config: object): LayersModel;
}

/**
 * The network that `model` computes, with `freeOutputs` more outputs behind the model's; theta begins with the model's
 * weights. The network owns the model from then on: write to `network.parameters`, not to the model.
 * @param model built by tf.sequential with inputShape [n], or by tf.model with one input [n] and one output [K]
 */
export function tfNetwork(model: LayersModel, options: TfNetworkOptions = {}): TfNetwork {
  const { freeOutputs = 0 } = knownOptions('tfNetwork', options, TF_NETWORK_OPTIONS);
  return new TfNetwork(model, checkInteger('freeOutputs', freeOutputs, 0));
}

/** [n, K] of a model that can be a network; throws if it can't. */
function sizesOf(model: LayersModel): [number, number] {
  if (typeof model?.apply !== 'function' || typeof model.getConfig !== 'function')
    throw new TypeError(`model is ${show(model)}, but must be a model such as tf.sequential makes.`);
  if (!model.inputs?.length)
    fail('model has no layers: add some, the first with inputShape: [n], the numbers in one observation.');
  if (model.inputs.length !== 1 || model.outputs.length !== 1)
    fail(
      `model has ${model.inputs.length} inputs and ${model.outputs.length} outputs, but a network has one of each.`,
    );
  const sizes = [model.inputs[0], model.outputs[0]].map(({ shape }, i) => {
    const [, size] = shape;
    if (shape.length !== 2 || size === null)
      return fail(
        `model has ${i === 0 ? 'inputs' : 'outputs'} of shape [${shape.map(n => n ?? 'B')}], but must have [B, ${i === 0 ? 'n' : 'K'}].`,
      );
    return size;
  });
  if (model.trainableWeights.length === 0) fail('model has no trainable weights, so that there is no theta.');
  return [sizes[0], sizes[1]];
}
