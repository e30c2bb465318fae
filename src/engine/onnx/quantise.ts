import { decode } from './decode.ts'
import { encode } from './encode.ts'
import type { Message } from './schema.ts'

/** A weight that was made 8 bits wide. */
export interface QuantisedWeight {
  readonly name: string
  readonly shape: readonly number[]
  /** 0: each row has its own scale; 1: each column. */
  readonly axis: 0 | 1
}

export interface QuantiseOptions {
  /** Smaller matrices stay as they are. Default 4,096 numbers. */
  readonly leastElements?: number
}

type Node = Message<'NodeProto'>
type Tensor = Message<'TensorProto'>

/** ONNX's numbers for element types. */
const float32 = 1
const int8 = 3
/** A scale for fewer numbers than this would cost more than it saves. */
const leastPerScale = 8

/**
 * An ONNX model with its large matrices as 8-bit integers: symmetric, value = integer * scale, a scale for each row or
 * each column, whichever comes nearer (for a table of embeddings: each row). Standard operators alone: rows that are
 * looked up are gathered as integers and only they are widened (Cast, Mul); what is used whole goes through
 * DequantizeLinear. Vectors and small matrices stay float32, and all arithmetic is float32.
 */
export function quantiseWeights(
  model: Uint8Array,
  { leastElements = 4096 }: QuantiseOptions = {},
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly weights: readonly QuantisedWeight[] } {
  const proto = decode('ModelProto', model)
  const graph = proto.graph!
  const weights: QuantisedWeight[] = []
  const initializer: Tensor[] = []
  const widened: Node[] = []
  let nodes = graph.node ?? []
  for (const tensor of graph.initializer ?? []) {
    const [rows = 0, columns = 0] = tensor.dims ?? []
    const matrix = tensor.dims?.length === 2 && tensor.dataType === float32
    if (!matrix || rows * columns < leastElements || (columns < leastPerScale && rows < leastPerScale)) {
      initializer.push(tensor)
      continue
    }
    const name = tensor.name!
    const looksUp = (node: Node): boolean => isLookUp(node, name)
    const values = new Float32Array(tensor.rawData!.slice().buffer)
    const axis = nodes.some(looksUp) || nearer(values, rows, columns) === 0 ? 0 : 1
    if ((axis === 0 ? columns : rows) < leastPerScale) {
      initializer.push(tensor)
      continue
    }
    const { integers, scales } = quantised(values, rows, columns, axis)
    const scale = `${name}/scale`
    const whole = `${name}/widened`
    initializer.push({ name, dims: [rows, columns], dataType: int8, rawData: bytesOf(integers) })
    initializer.push({ name: scale, dims: [scales.length], dataType: float32, rawData: bytesOf(scales) })
    weights.push({ name, shape: [rows, columns], axis })
    nodes = nodes.flatMap((node) => (looksUp(node) ? rowsOf(node, name, scale) : [node]))
    let used = false
    const replaced = (node: Node): Node => ({
      ...node,
      input: (node.input ?? []).map((input) => {
        if (input !== name || isRowsOf(node, name)) return input
        used = true
        return whole
      }),
      attribute: (node.attribute ?? []).map((a) => (a.g ? { ...a, g: { ...a.g, node: a.g.node!.map(replaced) } } : a)),
    })
    nodes = nodes.map(replaced)
    if (!used) continue
    const attribute = [{ name: 'axis', i: axis, type: 2 }]
    widened.push({ opType: 'DequantizeLinear', name: whole, input: [name, scale], output: [whole], attribute })
  }
  if (weights.some(({ axis }) => axis === 0)) {
    initializer.push({ name: '/quantised_last', dims: [1], dataType: 7, rawData: bytesOf(BigInt64Array.of(-1n)) })
  }
  const bytes = encode('ModelProto', { ...proto, graph: { ...graph, node: [...widened, ...nodes], initializer } })
  return { bytes, weights }
}

/** A look-up of rows of a weight, outside of loops. */
const isLookUp = ({ opType, input, attribute }: Node, weight: string): boolean =>
  opType === 'Gather' && input?.[0] === weight && (attribute?.find(({ name }) => name === 'axis')?.i ?? 0) === 0

/** One of the look-ups of integers that rowsOf() writes. */
const isRowsOf = (node: Node, weight: string): boolean =>
  isLookUp(node, weight) && (node.output?.[0]?.endsWith('/integers') ?? false)

/** The rows as integers and their scales, multiplied: nothing but what is looked up gets wide. */
function rowsOf({ input, output, attribute }: Node, weight: string, scale: string): Node[] {
  const indices = input![1]!
  const result = output![0]!
  const step = (opType: string, inputs: string[], suffix: string, attributes: Node['attribute'] = []): Node => ({
    opType,
    name: `${result}/${suffix}`,
    input: inputs,
    output: [`${result}/${suffix}`],
    attribute: attributes,
  })
  return [
    step('Gather', [weight, indices], 'integers', attribute),
    step('Cast', [`${result}/integers`], 'floats', [{ name: 'to', i: float32, type: 2 }]),
    step('Gather', [scale, indices], 'scales', attribute),
    step('Unsqueeze', [`${result}/scales`, '/quantised_last'], 'column'),
    { ...step('Mul', [`${result}/floats`, `${result}/column`], 'rows'), output: [result] },
  ]
}

/** The axis whose scales lose less, by the sum of squared differences; rows where both lose the same. */
function nearer(values: Float32Array, rows: number, columns: number): 0 | 1 {
  const loss = (axis: 0 | 1): number => {
    const { integers, scales } = quantised(values, rows, columns, axis)
    let sum = 0
    for (let at = 0; at < values.length; at++) {
      const scale = scales[axis === 0 ? Math.floor(at / columns) : at % columns]!
      sum += (values[at]! - integers[at]! * scale) ** 2
    }
    return sum
  }
  return loss(1) < loss(0) ? 1 : 0
}

function quantised(
  values: Float32Array,
  rows: number,
  columns: number,
  axis: 0 | 1,
): { integers: Int8Array; scales: Float32Array } {
  const scales = new Float32Array(axis === 0 ? rows : columns)
  const groupOf = axis === 0 ? (at: number) => Math.floor(at / columns) : (at: number) => at % columns
  for (let at = 0; at < values.length; at++) {
    const group = groupOf(at)
    scales[group] = Math.max(scales[group]!, Math.abs(values[at]!) / 127)
  }
  // A group of zeros needs some scale; its integers are zeros whatever it is.
  for (let group = 0; group < scales.length; group++) if (!(scales[group]! > 0)) scales[group] = 1
  const integers = new Int8Array(values.length)
  for (let at = 0; at < values.length; at++) {
    integers[at] = Math.max(-127, Math.min(127, Math.round(values[at]! / scales[groupOf(at)]!)))
  }
  return { integers, scales }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
