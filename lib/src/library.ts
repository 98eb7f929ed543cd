/**
 * Everything that a notebook or a script may import is listed here, but for ./parallel: that sends functions to other threads by
 * these names, and so has to know the list.
 */

export {
  type A2cTrustRegionOptions,
  type A2cTrustRegionRecord,
  type A2cTrustRegionResult,
  a2cTrustRegion,
} from './algorithms/a2cTrustRegion';
export {
  type ActorCriticOptions,
  type ActorCriticRecord,
  type ActorCriticResult,
  actorCritic,
} from './algorithms/actorCritic';
export { type CemOptions, type CemRecord, type CemResult, cem } from './algorithms/cem';
export { type Checkpoint, type CheckpointOptions, loadCheckpoint } from './algorithms/checkpointFile';
export {
  type LineSearchOptions,
  type LineSearchResult,
  type LineSearchTrial,
  lineSearch,
} from './algorithms/lineSearch';
export {
  type NaturalGradientOptions,
  type NaturalGradientRecord,
  type NaturalGradientResult,
  naturalPolicyGradient,
  type SecondOrderOptions,
} from './algorithms/naturalGradient';
export { type NaturalStep, type NaturalStepOptions, naturalStep } from './algorithms/naturalStep';
export type { OnPolicyOptions, OnPolicyRecord, OnPolicyResult } from './algorithms/onPolicy';
export {
  type PpoObjectiveOptions,
  type PpoOptions,
  type PpoRecord,
  type PpoResult,
  ppo,
} from './algorithms/ppo';
export { type PpoClipOptions, ppoClip } from './algorithms/ppoClip';
export { type PpoKlOptions, ppoKl } from './algorithms/ppoKl';
export {
  type ReinforceOptions,
  type ReinforceRecord,
  type ReinforceResult,
  reinforce,
} from './algorithms/reinforce';
export type { Schedule } from './algorithms/schedule';
export { type OnIteration, TrainingError, type WatchOptions } from './algorithms/training';
export { type TrpoOptions, type TrpoRecord, type TrpoResult, trpo } from './algorithms/trpo';
export {
  type VanillaPolicyGradientOptions,
  type VanillaPolicyGradientRecord,
  type VanillaPolicyGradientResult,
  vanillaPolicyGradient,
} from './algorithms/vanillaPolicyGradient';
export * as categorical from './distributions/categorical';
export * as gaussian from './distributions/gaussian';
export { categoricalHead, gaussianHead, type Head } from './distributions/head';
export { type AcrobotOptions, acrobot } from './envs/acrobot';
export { type BanditOptions, bandit } from './envs/bandit';
export { type CartPoleOptions, cartPole } from './envs/cartPole';
export { type CheckEnvironmentOptions, checkEnvironment } from './envs/checkEnvironment';
export {
  type BoxSpace,
  type DiscreteSpace,
  Env,
  type EnvModel,
  type Outcome,
  type Space,
  type Step,
  sizeOf,
} from './envs/env';
export { type MountainCarOptions, mountainCar, mountainHeight } from './envs/mountainCar';
export { type MountainCarContinuousOptions, mountainCarContinuous } from './envs/mountainCarContinuous';
export { halfCheetah } from './envs/mujoco/halfCheetah';
export { type HopperOptions, hopper } from './envs/mujoco/hopper';
export { invertedDoublePendulum } from './envs/mujoco/invertedDoublePendulum';
export { invertedPendulum } from './envs/mujoco/invertedPendulum';
export type { MujocoOptions, MujocoVersion } from './envs/mujoco/mujocoEnv';
export { reacher } from './envs/mujoco/reacher';
export { swimmer } from './envs/mujoco/swimmer';
export { walker2d } from './envs/mujoco/walker2d';
export { type PendulumOptions, pendulum } from './envs/pendulum';
export { type TabularEnvOptions, tabularEnv } from './envs/tabularEnv';
export { VectorEnv, vectorEnv } from './envs/vectorEnv';
export * from './estimators/advantages';
export * from './estimators/baselines';
export {
  type Differentiable,
  type FisherProductOptions,
  fisherMatrix,
  fisherProduct,
  type ObservedStates,
} from './estimators/fisher';
export {
  type GradientMoments,
  type GradientMomentsOptions,
  gradientMoments,
} from './estimators/gradientMoments';
export * from './estimators/importanceSampling';
export { type NetworkBaselineOptions, networkBaseline } from './estimators/networkBaseline';
export { actionLogProbs, distributionParameters, meanEntropy, meanKl } from './estimators/policyStatistics';
export { discountByTime, discountedReturn, rewardToGo } from './estimators/returns';
export {
  perTrajectoryGradients,
  type ReinforceForm,
  reinforceGradient,
  type ScoreWeightOptions,
  scoreGradient,
  scoreWeights,
} from './estimators/scoreFunction';
export type { Rollout } from './homework/baselines';
export { check } from './homework/check';
export { CheckError, type CheckOptions } from './homework/exercise';
export type { Episode, GradientEstimate, Moments, StateActionTable } from './homework/policyGradients';
export { checkpoint, InterruptedError, interruptSignal } from './interrupt';
export { csvLog, jsonLinesLog, type Log, type LogOptions } from './logging/logFiles';
export type { LogRecord } from './logging/scalars';
export { type TensorboardLogOptions, tensorboardLog } from './logging/tensorboardLog';
export {
  type ConjugateGradientOptions,
  type ConjugateGradientResult,
  conjugateGradient,
} from './math/conjugateGradient';
export * from './math/covariance';
export { erf } from './math/erf';
export type { FloatArray } from './math/floatArray';
export { leastSquares, solveLinear } from './math/linalg';
export * from './math/regression';
export { Rng, type RngState } from './math/rng';
export * from './math/statistics';
export { studentQuantile } from './math/student';
export { distance, dot, largestGap, linspace, logspace, norm, range, sum } from './math/vectors';
export {
  type AdvantageBiasVariance,
  type AdvantageBiasVarianceOptions,
  type AdvantageEstimate,
  type AdvantageMomentsOptions,
  advantageBiasVariance,
  advantageMoments,
} from './mdp/advantageMoments';
export * from './mdp/corridor';
export * from './mdp/enumerate';
export {
  exactGradient,
  expectedReturn,
  type FiniteHorizonSolution,
  type ObjectiveOptions,
  type OptimalSolution,
  optimalValues,
  type PolicySolution,
  solveFiniteHorizon,
  solvePolicy,
} from './mdp/exact';
export * from './mdp/gridWorlds';
export { type ImprovementBound, improvementBound, type PerformanceBounds } from './mdp/improvementBound';
export {
  type MajorizeMaximizeOptions,
  type MajorizeMaximizeRecord,
  type MajorizeMaximizeResult,
  type MajorizeMaximizeRule,
  majorizeMaximize,
} from './mdp/majorizeMaximize';
export { type OptimalBaselineOptions, optimalBaselineTable } from './mdp/optimalBaseline';
export {
  type DiscountOptions,
  type PerformanceDifference,
  performanceDifference,
  surrogate,
  surrogateGradient,
  type UncoveredPair,
} from './mdp/performanceDifference';
export * from './mdp/randomMDP';
export {
  type EstimatorMoments,
  type ReinforceMomentsOptions,
  reinforceMoments,
} from './mdp/reinforceMoments';
export {
  type GridLayout,
  sampleInitialState,
  sampleTransition,
  type TabularMDP,
  type TabularMDPOptions,
  type TransitionOutcome,
  tabularMDP,
} from './mdp/tabularMDP';
export {
  deterministicTable,
  type PolicyOrTable,
  policyTable,
  type TabularPolicy,
  uniformTable,
} from './mdp/tabularPolicy';
export {
  type FeatureMap,
  type FeatureOptions,
  type LinearNetworkOptions,
  linearNetwork,
} from './networks/linear';
export { type MlpOptions, mlp } from './networks/mlp';
export {
  type InitializationScheme,
  type MlpActivation,
  type MlpSpec,
  mlpParameterCount,
} from './networks/mlpParameters';
export type { Network } from './networks/network';
export {
  type AdamOptions,
  adam,
  gradientNorm,
  type Optimizer,
  type OptimizerChoice,
  type RmsPropOptions,
  rmsProp,
  sgd,
} from './networks/optimizers';
export { type TableNetworkOptions, tableNetwork } from './networks/table';
export { tfBackend } from './networks/tf/backend';
export { tfMlp } from './networks/tf/mlp';
export { TfNetwork, type TfNetworkOptions, tfNetwork } from './networks/tf/tfNetwork';
export {
  type AnimatedEnv,
  type AnimatedTrajectory,
  type AnimateOptions,
  type Animation,
  animate,
  animation,
  animationSvg,
} from './notebook/animate';
export { type CaseAnswer, checkCases } from './notebook/checkCases';
export { inNotebook } from './notebook/kernel';
export { mimeBundle, type ShownValue } from './notebook/mime';
export {
  type Progress,
  type ProgressOptions,
  type ProgressRow,
  type ProgressTarget,
  progress,
  progressOver,
} from './notebook/progress';
export { recordsFrame } from './notebook/recordsFrame';
export { reveal } from './notebook/reveal';
export { type ShowOptions, show } from './notebook/show';
export { type DataFrameLike, type TableOptions, table } from './notebook/table';
export { type ClipObjective, type ClipObjectiveOptions, clipObjective } from './objectives/clip';
export { type EntropyBonusOptions, entropyBonus } from './objectives/entropyBonus';
export * from './objectives/objective';
export { policyGradientObjective } from './objectives/policyGradient';
export { type KlPenaltyObjective, klPenaltyObjective, surrogateObjective } from './objectives/surrogate';
export { type TfBatch, type TfObjectiveFunction, tfObjective } from './objectives/tfObjective';
export { tfEntropy, tfKl, tfLogProbs } from './objectives/tfOps';
export {
  type ValueDiagnostics,
  type ValueMinibatch,
  type ValueObjective,
  type ValueObjectiveOptions,
  valueObjective,
} from './objectives/value';
export * from './plots/charts';
export {
  type OverlayOptions,
  overlay,
  type PanelOptions,
  panels,
  type SliderOptions,
  type SliderOverOptions,
  type SliderStep,
  slider,
  withSlider,
} from './plots/compose';
export {
  cleanFigure,
  describeFigure,
  type Figure,
  type Layout,
  type Numbers,
  type Trace,
} from './plots/figure';
export { axis, type ChartOptions, colorOf, fade, palette, themed } from './plots/theme';
export { type GaussianLinearOptions, gaussianLinear } from './policies/gaussianLinear';
export { type MlpPolicyOptions, mlpPolicy } from './policies/mlpPolicy';
export * from './policies/policy';
export {
  loadPolicy,
  type PackPolicyOptions,
  packPolicy,
  type SavedPolicy,
  savePolicy,
  unpackPolicy,
} from './policies/policyFile';
export * from './policies/softmaxLinear';
export * from './policies/softmaxTabular';
export * from './policies/uniformPolicy';
export {
  type CollectEpisodesOptions,
  type CollectStepsOptions,
  collectEpisodes,
  collectSteps,
  type StepBatch,
} from './rollout/collect';
export {
  type Actor,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type RolloutOptions,
  rollout,
  type Trajectory,
} from './rollout/rollout';
export {
  episodeReturns,
  type TrajectoryBatch,
  type TrajectoryBatchInput,
  trajectoryBatch,
  trajectoryCount,
} from './rollout/trajectoryBatch';
