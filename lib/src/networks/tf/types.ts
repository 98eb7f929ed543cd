/**
 * The types of TensorFlow.js that pglab's public declarations name, without importing them: its 599 declaration files
 * would slow down the type check of every notebook cell, also where nobody uses TensorFlow.js. Importing
 * `@tensorflow/tfjs-node` fills the global interface below (lib/tfjs-node/index.d.ts); before that, the names mean `any`.
 */

declare global {
  interface PglabTensorFlow {
    /** Says only that the interface is there. */
    readonly declared?: never;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: what is not known cannot be refused
type Named<Name extends string> = PglabTensorFlow extends { [name in Name]: infer Type } ? Type : any;

/** A tensor of any shape. */
export type Tensor = Named<'Tensor'>;
/** A single number. */
export type Scalar = Named<'Scalar'>;
export type Tensor1D = Named<'Tensor1D'>;
export type Tensor2D = Named<'Tensor2D'>;
/** What tf.sequential and tf.model make. */
export type LayersModel = Named<'LayersModel'>;
