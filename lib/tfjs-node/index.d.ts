import type { LayersModel, Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';

export * from '@tensorflow/tfjs';

declare global {
  /** The types that pglab's declarations name without importing them; see lib/src/networks/tf/types.ts. */
  interface PglabTensorFlow {
    Tensor: Tensor;
    Scalar: Scalar;
    Tensor1D: Tensor1D;
    Tensor2D: Tensor2D;
    LayersModel: LayersModel;
  }
}
