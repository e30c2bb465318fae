import type { DType, Node, Shape } from '../graph/node.ts'

export interface EmitOptions {
  /** The results, by the names they get in the model. */
  readonly outputs: Readonly<Record<string, Node>>
  /**
   * Nodes that are not computed but fed under the given name, with everything that only they need left out: training
   * feeds the gathered rows of an embedding table where inference emits the look-up itself.
   */
  readonly feed?: Readonly<Record<string, Node>>
  /** Values of parameters that travel inside the model; parameters not listed here become inputs of their own name. */
  readonly initialisers?: ReadonlyMap<string, Float32Array>
  /** The graph's name in the file. */
  readonly name?: string
  /** Text kept in the file's metadata. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** One input or output of an emitted model. */
export interface Signature {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
}

export interface EmittedModel {
  /** An ONNX model (ir_version 8, opset 17), one buffer. */
  readonly bytes: Uint8Array
  readonly inputs: readonly Signature[]
  readonly outputs: readonly Signature[]
}

/** Writes the part of the graph that the outputs need as an ONNX model. */
export function emit(_options: EmitOptions): EmittedModel {
  throw new Error('not yet')
}
