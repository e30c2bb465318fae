import { MarqueeError } from '../../core/errors.ts'
import type { DType, Node, Shape } from '../graph/node.ts'
import { show } from '../graph/shapes.ts'
import { table } from '../graph/table.ts'
import { encode } from './encode.ts'
import { scopesOf } from './scopes.ts'
import { OnnxWriter, stateName, valueInfo } from './writer.ts'

export interface EmitOptions {
  /** The results, by the names they get in the model. */
  readonly outputs: Readonly<Record<string, Node>>
  /**
   * Nodes that are not computed but fed under the given name, with everything that only they need left out: training
   * feeds the gathered rows of an embedding table where inference emits the look-up itself.
   */
  readonly feed?: Readonly<Record<string, Node>>
  /**
   * Values of parameters that travel inside the model, row-major; parameters not listed here become inputs of their
   * own name. Listed ones that the outputs do not need are left out.
   */
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
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly inputs: readonly Signature[]
  readonly outputs: readonly Signature[]
}

/** IR version and operator set: understood by ONNX 1.12 and everything later. */
const irVersion = 8
const opset = 17

/**
 * Writes the part of the graph that the outputs need as an ONNX model.
 * @throws RangeError if a name is used twice or an initialiser has not the size of its parameter.
 */
export function emit(options: EmitOptions): EmittedModel {
  const outputs = Object.entries(options.outputs)
  const feed = new Map(Object.entries(options.feed ?? {}).map(([name, node]) => [node, name]))
  const needed = collect(
    outputs.map(([, node]) => node),
    feed,
  )
  const scopes = scopesOf(needed, (node) => feed.has(node))
  const inside = outputs.find(([, node]) => scopes.of(node) !== null)
  if (inside) throw new RangeError(`emit: '${inside[0]}' is a value inside a loop`)
  const writer = new OnnxWriter(scopes.parent)
  const names = new Map<Node, string>()
  const inputs: Signature[] = []
  for (const node of needed) {
    if (feed.has(node) || node.op === 'input' || node.op === 'parameter') {
      const name = feed.get(node) ?? (node.attributes as { name: string }).name
      const value = feed.has(node) || node.op === 'input' ? undefined : options.initialisers?.get(name)
      if (value === undefined) inputs.push({ name, dtype: node.dtype, shape: node.shape })
      else writer.initialiser(name, node, checkedSize(name, value, node.shape))
      names.set(node, writer.claim(name))
    } else if (node.op === 'loopState') {
      const { loop, index } = node.attributes as { loop: number; index: number }
      names.set(node, stateName(loop, index))
    } else if (node.op === 'constant') {
      names.set(node, writer.constant(node.data!, node.shape, node.dtype))
    } else {
      const operands = node.inputs.map((operand) => names.get(operand) ?? '')
      writer.enter(scopes.of(node))
      names.set(node, table[node.op].emit(writer, operands, node as never))
    }
  }
  writer.enter(null)
  writer.rename(outputs.map(([name, node]) => [names.get(node)!, name]))
  const signatures = outputs.map(([name, { dtype, shape }]): Signature => ({ name, dtype, shape }))
  const bytes = encode('ModelProto', {
    irVersion,
    producerName: 'marquee',
    opsetImport: [{ domain: '', version: opset }],
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
    graph: {
      name: options.name ?? 'marquee',
      node: writer.nodeProtos,
      initializer: writer.initialisers,
      input: inputs.map(valueInfo),
      output: signatures.map(valueInfo),
    },
  })
  return { bytes, inputs, outputs: signatures }
}

/** Operands emission reads by name; batchNorm's first and second last serve its derivative alone. */
function operandsRead(node: Node): readonly Node[] {
  return node.op === 'batchNorm' ? [node.inputs[1]!, node.inputs[3]!, node.inputs[5]!] : node.inputs
}

/** What the outputs need, operands before their users: nodes that are fed need nothing. */
function collect(outputs: readonly Node[], feed: ReadonlyMap<Node, string>): Node[] {
  const needed = new Set<Node>(outputs)
  for (const node of needed) {
    if (!feed.has(node)) for (const operand of operandsRead(node)) needed.add(operand)
  }
  return [...needed].sort((a, b) => a.id - b.id)
}

function checkedSize(name: string, value: Float32Array, shape: Shape): Float32Array {
  const size = shape.reduce<number>((product, dim) => product * (dim as number), 1)
  if (value.length !== size) {
    throw new MarqueeError(
      'parameter-size',
      `parameter '${name}' has ${value.length} numbers, not the ${size} of ${show(shape)}`,
    )
  }
  return value
}
