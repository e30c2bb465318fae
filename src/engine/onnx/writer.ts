import type { ConstantData, DType, Node, Shape } from '../graph/node.ts'
import { type ModelWriter, type OnnxAttributes, onnxType } from '../graph/table.ts'
import type { Message } from './schema.ts'

/** AttributeProto.AttributeType of what Marquee writes. */
const attributeType = { int: 2, string: 3, ints: 7 }

/** Collects the nodes and constants of one model and hands out their names. */
export class OnnxWriter implements ModelWriter {
  nodeProtos: Message<'NodeProto'>[] = []
  readonly initialisers: Message<'TensorProto'>[] = []
  readonly #taken = new Set<string>()
  readonly #once = new Map<string, string[]>()
  #count = 0

  nodes(type: string, inputs: readonly string[], attributes: OnnxAttributes = {}, outputs = 1): string[] {
    const stem = `/${type}_${this.#count++}`
    const names = Array.from({ length: outputs }, (_, k) => (outputs === 1 ? stem : `${stem}_${k}`))
    const attribute = Object.entries(attributes).map(([name, value]): Message<'AttributeProto'> => {
      if (typeof value === 'number') return { name, i: value, type: attributeType.int }
      if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: attributeType.string }
      return { name, ints: value, type: attributeType.ints }
    })
    this.nodeProtos.push({ opType: type, name: stem, input: inputs, output: names, attribute })
    return names
  }

  node(type: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    return this.nodes(type, inputs, attributes)[0]!
  }

  int64(value: number | readonly number[]): string {
    const shape = typeof value === 'number' ? [] : [value.length]
    const data = BigInt64Array.from(typeof value === 'number' ? [value] : value, BigInt)
    return this.#shared(data, shape, 'int64')
  }

  float32(value: number): string {
    return this.#shared(Float32Array.of(value), [], 'float32')
  }

  once(key: string, write: () => string[]): string[] {
    const known = this.#once.get(key)
    if (known !== undefined) return known
    const names = write()
    this.#once.set(key, names)
    return names
  }

  /** A constant of the graph: small ones are shared with those that emission itself needs. */
  constant(data: ConstantData, shape: Shape, dtype: DType): string {
    return data.length <= 16
      ? this.#shared(data, shape, dtype)
      : this.#tensor(`/constant_${this.#count++}`, data, shape, dtype)
  }

  /** A named weight; its values are referred to, not copied. */
  initialiser(name: string, { shape, dtype }: Node, data: Float32Array): void {
    this.#tensor(name, data, shape, dtype)
  }

  /** Takes a name of the caller's; names of our own begin with a slash. */
  claim(name: string): string {
    if (name === '' || name.startsWith('/') || this.#taken.has(name)) {
      throw new RangeError(`emit: '${name}' is empty, begins with a slash or names two things in this model`)
    }
    this.#taken.add(name)
    return name
  }

  /** Gives results their outside names: of the node that computes them where that is possible, else by an Identity. */
  rename(pairs: readonly (readonly [from: string, to: string])[]): void {
    const names = new Map<string, string>()
    for (const [from, to] of pairs) {
      this.claim(to)
      const computed = this.nodeProtos.some((node) => node.output!.includes(from))
      if (computed && !names.has(from)) names.set(from, to)
      else this.nodeProtos.push({ opType: 'Identity', name: `/Identity_${this.#count++}`, input: [from], output: [to] })
    }
    const renamed = (list: readonly string[] | undefined): string[] => list!.map((name) => names.get(name) ?? name)
    this.nodeProtos = this.nodeProtos.map((node) => ({
      ...node,
      input: renamed(node.input),
      output: renamed(node.output),
    }))
  }

  #shared(data: ConstantData, shape: Shape, dtype: DType): string {
    const key = `constant ${dtype} [${shape.join()}] ${elementsKey(data)}`
    return this.once(key, () => [this.#tensor(`/constant_${this.#count++}`, data, shape, dtype)])[0]!
  }

  #tensor(name: string, data: ConstantData, shape: Shape, dtype: DType): string {
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    this.initialisers.push({ name, dims: shape as number[], dataType: onnxType[dtype], rawData })
    return name
  }
}

/** The elements as text, -0 told from 0. */
function elementsKey(data: ConstantData): string {
  return [...data].map((x) => (Object.is(x, -0) ? '-0' : `${x}`)).join()
}
