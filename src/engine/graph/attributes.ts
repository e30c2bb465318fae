import type { DType, Shape } from './node.ts'

type None = Record<string, never>

/** The one vocabulary of ops, with the parameters of each. Names are NumPy's and ONNX's. */
export interface OpAttributes {
  input: { readonly name: string }
  parameter: { readonly name: string }
  constant: None

  add: None
  sub: None
  mul: None
  div: None
  greater: None
  equal: None
  where: None

  neg: None
  relu: None
  sigmoid: None
  tanh: None
  softplus: None
  log: None
  exp: None
  sqrt: None
  abs: None
  sign: None
  square: None
  clip: { readonly min: number; readonly max: number }
  cast: { readonly to: DType }

  softmax: { readonly axis: number }
  logSoftmax: { readonly axis: number }
  reduceSum: { readonly axes: readonly number[]; readonly keepdims: boolean }
  reduceMean: { readonly axes: readonly number[]; readonly keepdims: boolean }
  /** The product of the sizes along the axes, as a float32 scalar. */
  size: { readonly axes: readonly number[] }

  concat: { readonly axis: number }
  slice: { readonly axis: number; readonly start: number; readonly end: number }
  /** Zeros before and after, along one axis: what undoes a slice. */
  pad: { readonly axis: number; readonly before: number; readonly after: number }
  /** One piece of a split. */
  part: { readonly axis: number; readonly sizes: readonly number[]; readonly index: number }
  reshape: { readonly shape: Shape }
  transpose: { readonly permutation: readonly number[] }
  /** The first operand broadcast to the shape of the second. */
  expandLike: None
  gather: None
  /** Zeros of `rows` rows, with each row of the second operand added at the index in the first. */
  scatterAdd: { readonly rows: number }
  oneHot: { readonly depth: number }

  matmul: None
  gemm: { readonly transA: boolean; readonly transB: boolean }
  /** Operands x, x - mean, 1 / deviation, gamma / deviation, gamma, beta: see batchNorm in ops.ts. */
  batchNorm: None

  /** What a loop carries, inside its body: state `index` of the loop numbered `loop`. */
  loopState: { readonly loop: number; readonly index: number }
  /**
   * Result `index` of a loop. Operands: the `states` first values, whether to begin, then whether to go on and the next
   * values, which are computed from the loop's states: see loop() in loop.ts.
   */
  loop: { readonly loop: number; readonly index: number; readonly states: number; readonly trips: number }
}

export type OpName = keyof OpAttributes
