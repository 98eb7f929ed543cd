/** pglab: policy gradients, written to be read. Everything that a notebook or a script may import. */

export * from './library';
export { fromModule } from './parallel/fromModule';
export { ParcelError } from './parallel/parcel';
export {
  type SeedFailure,
  type SeedSettings,
  SeedsError,
  type TrainingAlgorithm,
  type TrainSeedsOptions,
  type TrainVariantsOptions,
  trainSeeds,
  type VariantSettings,
} from './parallel/trainSeeds';
