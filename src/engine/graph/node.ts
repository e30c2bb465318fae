import type { OpAttributes, OpName } from './attributes.ts'

/** A number, or a name such as 'B' for a size known only when the graph runs. */
export type Dim = number | string
export type Shape = readonly Dim[]
export type DType = 'float32' | 'int32' | 'int64' | 'bool'

/** The elements of a constant, row-major; bool as 0 and 1 in a Uint8Array. */
export type ConstantData = Float32Array | Int32Array | BigInt64Array | Uint8Array

/**
 * One value of a graph: immutable, made by the functions of ops.ts. Nodes that compute the same thing from the same
 * operands are the same object, so nothing is computed twice.
 */
export interface Node<K extends OpName = OpName> {
  /** Rises in order of creation: operands always have smaller ids, so ids are a topological order. */
  readonly id: number
  readonly graph: Graph
  readonly op: K
  readonly inputs: readonly Node[]
  readonly attributes: OpAttributes[K]
  readonly shape: Shape
  readonly dtype: DType
  /** Elements of a constant; undefined for every other op. */
  readonly data: ConstantData | undefined
}

/** A number where a node is expected becomes a scalar constant of the other operand's dtype. */
export type Operand = Node | number

/** What a node is made of, before the graph gives it an id. */
export interface NodeParts<K extends OpName> {
  readonly op: K
  readonly inputs: readonly Node[]
  readonly attributes: OpAttributes[K]
  readonly shape: Shape
  readonly dtype: DType
  readonly data?: ConstantData
}

/** Constants up to this many elements are compared by value, so that equal ones are one node. */
const internedElements = 16

/** Owns its nodes. The forward pass, its loss, its gradients and its inference form live in one graph. */
export class Graph {
  readonly #interned = new Map<string, Node>()
  readonly #named = new Map<string, Node>()
  #count = 0
  #loops = 0

  /** For loop.ts: a number that no other loop of this graph has. */
  nextLoop(): number {
    return this.#loops++
  }

  /** A value fed at every run. Asked for twice with the same shape and dtype, it is the same node. */
  input(name: string, shape: Shape, options: { dtype?: DType } = {}): Node {
    return this.#leaf('input', name, shape, options.dtype ?? 'float32')
  }

  /** A named weight (float32): fed when training, an initialiser inside an inference file. */
  parameter(name: string, shape: readonly number[]): Node {
    return this.#leaf('parameter', name, shape, 'float32')
  }

  /** A fixed value: a number (a scalar), or row-major elements with their shape. */
  constant(value: number | ConstantData | readonly number[], options: { shape?: Shape; dtype?: DType } = {}): Node {
    const elements = typeof value === 'number' ? [value] : value
    const dtype = options.dtype ?? dtypeOf(elements)
    const shape = options.shape ?? (typeof value === 'number' ? [] : [elements.length])
    const size = shape.reduce<number>((product, dim) => product * (dim as number), 1)
    if (size !== elements.length) {
      throw new RangeError(`constant: ${elements.length} elements do not fill the shape [${shape.join(', ')}]`)
    }
    const data = toData(elements, dtype)
    return this.make({ op: 'constant', inputs: [], attributes: {}, shape, dtype, data })
  }

  /** For ops.ts: the node of these parts, the one that exists already if there is one. */
  make<K extends OpName>(parts: NodeParts<K>): Node<K> {
    for (const input of parts.inputs) {
      if (input.graph !== this) throw new TypeError(`${parts.op}: an operand belongs to another graph`)
    }
    const small = parts.data === undefined || parts.data.length <= internedElements
    const key = small
      ? `${parts.op} ${parts.inputs.map((input) => input.id).join(',')} ${JSON.stringify(parts.attributes)}` +
        (parts.data === undefined ? '' : ` ${parts.dtype} [${parts.shape.join()}] ${parts.data.join()}`)
      : undefined
    const known = key === undefined ? undefined : this.#interned.get(key)
    if (known !== undefined) return known as Node<K>
    const node: Node<K> = Object.freeze({
      id: this.#count++,
      graph: this,
      op: parts.op,
      inputs: Object.freeze([...parts.inputs]),
      attributes: parts.attributes,
      shape: Object.freeze([...parts.shape]),
      dtype: parts.dtype,
      data: parts.data,
    })
    if (key !== undefined) this.#interned.set(key, node as Node)
    return node
  }

  #leaf(op: 'input' | 'parameter', name: string, shape: Shape, dtype: DType): Node {
    const known = this.#named.get(name)
    if (known !== undefined) {
      if (known.op === op && known.dtype === dtype && known.shape.join() === shape.join()) return known
      throw new RangeError(
        `${op} '${name}': already the name of ${known.op} ${known.dtype} [${known.shape.join(', ')}], asked for as ${dtype} [${shape.join(', ')}]`,
      )
    }
    for (const dim of shape) {
      if (typeof dim === 'number' ? !(Number.isSafeInteger(dim) && dim > 0) : dim === '') {
        throw new RangeError(
          `${op} '${name}': ${dim} in [${shape.join(', ')}] is neither a positive integer nor a name`,
        )
      }
    }
    const node = this.make({ op, inputs: [], attributes: { name }, shape, dtype })
    this.#named.set(name, node)
    return node
  }
}

function dtypeOf(elements: ConstantData | readonly number[]): DType {
  if (elements instanceof Int32Array) return 'int32'
  if (elements instanceof BigInt64Array) return 'int64'
  return elements instanceof Uint8Array ? 'bool' : 'float32'
}

function toData(elements: ConstantData | readonly number[], dtype: DType): ConstantData {
  if (dtype === 'int64') return elements instanceof BigInt64Array ? elements : BigInt64Array.from(elements, BigInt)
  if (elements instanceof BigInt64Array) throw new TypeError(`constant: 64-bit elements cannot be ${dtype}`)
  if (dtype === 'int32') return elements instanceof Int32Array ? elements : Int32Array.from(elements)
  if (dtype === 'bool') return elements instanceof Uint8Array ? elements : Uint8Array.from(elements, (x) => (x ? 1 : 0))
  return elements instanceof Float32Array ? elements : Float32Array.from(elements)
}
