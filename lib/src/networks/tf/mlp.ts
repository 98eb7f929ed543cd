/** Multi-layer perceptrons on the TensorFlow.js engine: a stack of dense layers, whose theta has the layout of all engines. */

import { checkVector } from '../../math/check';
import { checkMlpSpec, type MlpSpec, mlpLayers, mlpParameterCount } from '../mlpParameters';
import { tensorflow } from './tensorflow';
import { type TfNetwork, tfNetwork } from './tfNetwork';

/** A multi-layer perceptron with theta [d] as mlpParameters.ts lays it out; copied. */
export function tfMlp(spec: MlpSpec, parameters: ArrayLike<number>): TfNetwork {
  checkMlpSpec(spec);
  checkVector('parameters', parameters, mlpParameterCount(spec));
  const tf = tensorflow();
  const layers = mlpLayers(spec).map(({ inputs, units, activation }, l) =>
    tf.layers.dense({
      units,
      activation,
      inputShape: l === 0 ? [inputs] : undefined,
      kernelInitializer: 'zeros',
    }),
  );
  const network = tfNetwork(tf.sequential({ layers }), { freeOutputs: spec.freeOutputs });
  network.parameters.set(parameters);
  return network;
}
