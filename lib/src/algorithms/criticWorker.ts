/** The other thread of criticThread.ts: does what it is told, in order, until it is terminated. */

import { SimdMlp } from '../networks/simd/simdMlp';
import { platform } from '../platform';
import type { ParentThread } from '../platform/platform';
import { CriticFit } from './criticFit';
import { BEGIN, BROKEN, END, ENDED, EPOCH, TOLD, type WorkerData, waitWhile } from './criticThread';

function work(parent: ParentThread): void {
  const { spec, options, shape, block } = parent.data as WorkerData;
  const { control, tasks, adam, parameters, mean, square } = block;
  const critic = new SimdMlp(spec, parameters);
  const fit = new CriticFit(critic, options);
  let epochs = 0;
  const todo = {
    [BEGIN]() {
      const [learningRate, beta1Power, beta2Power] = adam;
      const { observations, targets, oldValues } = block;
      critic.parameters.set(parameters);
      fit.optimizerState = { mean, square, beta1Power, beta2Power };
      fit.begin({ observations, observationSize: shape.observationSize, targets, oldValues, learningRate });
      epochs = 0;
    },
    [EPOCH]() {
      const start = epochs++ * shape.steps;
      fit.epoch(block.orders.subarray(start, start + shape.steps));
    },
    [END]() {
      const { explainedVariance, valueError, gradientNorm } = fit.end();
      const { optimizerState } = fit;
      parameters.set(critic.parameters);
      mean.set(optimizerState.mean);
      square.set(optimizerState.square);
      adam.set([optimizerState.beta1Power, optimizerState.beta2Power], 1);
      block.result.set([explainedVariance, valueError, gradientNorm]);
      Atomics.add(control, ENDED, 1);
      Atomics.notify(control, ENDED);
    },
  };
  parent.post('ready');
  try {
    for (let done = 0; ; done++) {
      waitWhile(control, TOLD, done);
      todo[tasks[done % tasks.length] as keyof typeof todo]();
    }
  } catch (error) {
    parent.post(error);
  } finally {
    Atomics.store(control, ENDED, BROKEN);
    Atomics.notify(control, ENDED);
  }
}

work(platform.threads.parent!);
