import type { OpAttributes, OpName } from './attributes.ts'
import * as infer from './infer.ts'
import type { DType, Node, Shape } from './node.ts'
import { shapeError } from './shapes.ts'

/** What emission needs of the model being written: ONNX nodes, small shared constants, and results written once. */
export interface ModelWriter {
  /** Adds an ONNX node with `outputs` results (1 unless given); their names. */
  nodes(type: string, inputs: readonly string[], attributes?: OnnxAttributes, outputs?: number): string[]
  /** Adds an ONNX node with one result; its name. */
  node(type: string, inputs: readonly string[], attributes?: OnnxAttributes): string
  /** An int64 constant: a list, or a scalar. */
  int64(value: number | readonly number[]): string
  /** A float32 scalar constant. */
  float32(value: number): string
  /** Adds a loop whose body has been written as that of the loop `id`; the names of its results. */
  loop(id: number, operands: readonly string[], inputs: readonly Node[], trips: number): string[]
  /** What `write` returned when this key was first asked for. */
  once(key: string, write: () => string[]): string[]
}

/** Attributes of an ONNX node, integers all where they are numbers. */
export type OnnxAttributes = Readonly<Record<string, number | string | readonly number[]>>

/** One op: its shape rule, and its ONNX form. */
interface OpRule<K extends OpName> {
  /** The shape and dtype of the result; throws a RangeError that names the op and the shapes if operands do not fit. */
  readonly infer: (operands: readonly Node[], attributes: OpAttributes[K], op: K) => Result
  /** Writes the op; the operands' names in, the result's name out. */
  readonly emit: (writer: ModelWriter, names: readonly string[], node: Node<K>) => string
}

interface Result {
  readonly shape: Shape
  readonly dtype: DType
}

/** ONNX's numbers for element types (TensorProto.DataType). */
export const onnxType: Readonly<Record<DType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 }

/** An op that is one ONNX node with the same operands and no attributes. */
function plain<K extends OpName>(type: string, rule: OpRule<K>['infer']): OpRule<K> {
  return { infer: rule, emit: (writer, names) => writer.node(type, names) }
}

function leaf<K extends 'input' | 'parameter' | 'constant' | 'loopState'>(): OpRule<K> {
  const refuse = (op: string): never => {
    throw new TypeError(`${op}: not made like other ops`)
  }
  return { infer: (_operands, _attributes, op) => refuse(op), emit: (_writer, _names, node) => refuse(node.op) }
}

function known(shape: Shape, op: string): number[] {
  if (shape.some((dim) => typeof dim !== 'number')) throw shapeError(op, [shape], 'a size must be known')
  return shape as number[]
}

export const table: { readonly [K in OpName]: OpRule<K> } = {
  input: leaf(),
  parameter: leaf(),
  constant: leaf(),

  add: plain('Add', infer.arithmetic),
  sub: plain('Sub', infer.arithmetic),
  mul: plain('Mul', infer.arithmetic),
  div: plain('Div', infer.arithmetic),
  greater: plain('Greater', infer.comparison),
  equal: plain('Equal', infer.comparison),
  where: plain('Where', infer.where),

  neg: plain('Neg', infer.elementwise),
  relu: plain('Relu', infer.elementwise),
  sigmoid: plain('Sigmoid', infer.elementwise),
  tanh: plain('Tanh', infer.elementwise),
  softplus: plain('Softplus', infer.elementwise),
  log: plain('Log', infer.elementwise),
  exp: plain('Exp', infer.elementwise),
  sqrt: plain('Sqrt', infer.elementwise),
  abs: plain('Abs', infer.elementwise),
  sign: plain('Sign', infer.elementwise),
  square: { infer: infer.elementwise, emit: (writer, [x]) => writer.node('Mul', [x!, x!]) },
  clip: {
    infer: infer.elementwise,
    emit: (writer, [x], { attributes: { min, max } }) =>
      writer.node('Clip', [x!, writer.float32(min), writer.float32(max)]),
  },
  cast: {
    infer: ([x], { to }) => ({ shape: x!.shape, dtype: to }),
    emit: (writer, names, node) => writer.node('Cast', names, { to: onnxType[node.attributes.to] }),
  },

  softmax: {
    infer: infer.elementwise,
    emit: (writer, names, node) => writer.node('Softmax', names, { axis: node.attributes.axis }),
  },
  logSoftmax: {
    infer: infer.elementwise,
    emit: (writer, names, node) => writer.node('LogSoftmax', names, { axis: node.attributes.axis }),
  },
  reduceSum: {
    infer: infer.reduction,
    emit: (writer, [x], { attributes: { axes, keepdims } }) =>
      axes.length === 0 ? x! : writer.node('ReduceSum', [x!, writer.int64(axes)], { keepdims: keepdims ? 1 : 0 }),
  },
  reduceMean: {
    infer: infer.reduction,
    emit: (writer, names, { attributes: { axes, keepdims } }) =>
      axes.length === 0 ? names[0]! : writer.node('ReduceMean', names, { axes, keepdims: keepdims ? 1 : 0 }),
  },
  size: {
    infer: () => ({ shape: [], dtype: 'float32' }),
    emit: (writer, [x], { attributes: { axes }, inputs }) => {
      // Sizes are the same whichever node they are read from: one reading serves all.
      const write = (): string[] => {
        const sizes = writer.node('Gather', [writer.node('Shape', [x!]), writer.int64(axes)])
        return [writer.node('Cast', [writer.node('ReduceProd', [sizes], { keepdims: 0 })], { to: onnxType.float32 })]
      }
      return writer.once(`size ${axes.map((axis) => inputs[0]!.shape[axis]).join()}`, write)[0]!
    },
  },

  concat: {
    infer: infer.concat,
    emit: (writer, names, node) => writer.node('Concat', names, { axis: node.attributes.axis }),
  },
  slice: {
    infer: infer.slice,
    emit: (writer, [x], { attributes: { axis, start, end } }) =>
      writer.node('Slice', [x!, writer.int64([start]), writer.int64([end]), writer.int64([axis])]),
  },
  pad: {
    infer: infer.pad,
    emit: (writer, [x], { attributes: { axis, before, after }, shape }) => {
      const pads = [before, after].flatMap((width) => shape.map((_, a) => (a === axis ? width : 0)))
      return writer.node('Pad', [x!, writer.int64(pads)])
    },
  },
  part: {
    infer: infer.part,
    emit: (writer, [x], { attributes: { axis, sizes, index } }) =>
      writer.once(`split ${x} ${axis} ${sizes.join()}`, () =>
        writer.nodes('Split', [x!, writer.int64(sizes)], { axis }, sizes.length),
      )[index]!,
  },
  reshape: {
    infer: infer.reshape,
    emit: (writer, [x], { attributes: { shape }, inputs }) =>
      writer.node('Reshape', [x!, writer.int64(infer.onnxReshape(inputs[0]!.shape, shape))]),
  },
  transpose: {
    infer: infer.transpose,
    emit: (writer, names, node) => writer.node('Transpose', names, { perm: node.attributes.permutation }),
  },
  expandLike: {
    infer: infer.expandLike,
    emit: (writer, [x, like], { shape }) => {
      const fixed = shape.every((dim) => typeof dim === 'number')
      return writer.node('Expand', [x!, fixed ? writer.int64(shape as number[]) : writer.node('Shape', [like!])])
    },
  },
  gather: {
    infer: infer.gather,
    emit: (writer, names) => writer.node('Gather', names, { axis: 0 }),
  },
  scatterAdd: {
    infer: infer.scatterAdd,
    emit: (writer, [indices, updates], { shape, inputs }) => {
      const zeros = writer.node('ConstantOfShape', [writer.int64(known(shape, 'scatterAdd'))])
      const wide = inputs[0]!.dtype === 'int64' ? indices! : writer.node('Cast', [indices!], { to: onnxType.int64 })
      const places = writer.node('Unsqueeze', [wide, writer.int64([inputs[0]!.shape.length])])
      return writer.node('ScatterND', [zeros, places, updates!], { reduction: 'add' })
    },
  },
  oneHot: {
    infer: infer.oneHot,
    emit: (writer, [indices], { attributes: { depth } }) => {
      // An index beside every class number: exact, and found in every runtime for both integer types.
      const wide = writer.node('Unsqueeze', [
        writer.node('Cast', [indices!], { to: onnxType.int64 }),
        writer.int64([-1]),
      ])
      const classes = writer.int64(Array.from({ length: depth }, (_, k) => k))
      return writer.node('Cast', [writer.node('Equal', [wide, classes])], { to: onnxType.float32 })
    },
  },

  matmul: plain('MatMul', infer.matmul),
  gemm: {
    infer: infer.gemm,
    emit: (writer, names, { attributes: { transA, transB } }) =>
      writer.node('Gemm', names, { ...(transA ? { transA: 1 } : {}), ...(transB ? { transB: 1 } : {}) }),
  },
  batchNorm: {
    infer: infer.elementwise,
    emit: (writer, [, centred, , scale, , beta]) => writer.node('Add', [writer.node('Mul', [centred!, scale!]), beta!]),
  },

  loopState: leaf(),
  loop: {
    infer: infer.loop,
    emit: (writer, names, { attributes: { loop, index, trips }, inputs }) =>
      writer.once(`loop ${loop}`, () => writer.loop(loop, names, inputs, trips))[index]!,
  },
}
