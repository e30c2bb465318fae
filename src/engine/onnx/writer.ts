import type { ConstantData, DType, Node, Shape } from '../graph/node.ts'
import { type ModelWriter, type OnnxAttributes, onnxType } from '../graph/table.ts'
import type { Message } from './schema.ts'
import type { Scope } from './scopes.ts'

/** AttributeProto.AttributeType of what Marquee writes. */
const attributeType = { int: 2, string: 3, graph: 5, ints: 7 }

/** The name of what a loop carries, inside its body. */
export const stateName = (loop: number, index: number): string => `/loop${loop}_state${index}`

/** Collects the nodes and constants of one model and hands out their names. */
export class OnnxWriter implements ModelWriter {
  nodeProtos: Message<'NodeProto'>[] = []
  readonly initialisers: Message<'TensorProto'>[] = []
  readonly #taken = new Set<string>()
  readonly #once = new Map<string, { readonly scope: Scope; readonly names: string[] }[]>()
  readonly #tensors = new Map<string, string>()
  readonly #bodies = new Map<number, Message<'NodeProto'>[]>()
  readonly #parent: (loop: number) => Scope
  #scope: Scope = null
  #count = 0

  /** `parent`: the scope that each loop stands in. */
  constructor(parent: (loop: number) => Scope = () => null) {
    this.#parent = parent
  }

  /** What is written from here on goes into this loop's body, or with null into the model itself. */
  enter(scope: Scope): void {
    this.#scope = scope
  }

  nodes(type: string, inputs: readonly string[], attributes: OnnxAttributes = {}, outputs = 1): string[] {
    const stem = `/${type}_${this.#count++}`
    const names = Array.from({ length: outputs }, (_, k) => (outputs === 1 ? stem : `${stem}_${k}`))
    const attribute = Object.entries(attributes).map(([name, value]): Message<'AttributeProto'> => {
      if (typeof value === 'number') return { name, i: value, type: attributeType.int }
      if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: attributeType.string }
      return { name, ints: value, type: attributeType.ints }
    })
    this.#write({ opType: type, name: stem, input: inputs, output: names, attribute })
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
    const known = this.#once.get(key) ?? []
    const seen = known.find(({ scope }) => this.#sees(scope))
    if (seen !== undefined) return seen.names
    const names = write()
    this.#once.set(key, [...known, { scope: this.#scope, names }])
    return names
  }

  loop(id: number, operands: readonly string[], inputs: readonly Node[], trips: number): string[] {
    const states = (inputs.length - 2) / 2
    const body = this.#bodies.get(id) ?? []
    const own = new Set(body.flatMap(({ output }) => output!))
    const results = operands.slice(states + 1).map((name) => {
      // A result must be made in the body, and each under a name of its own.
      if (own.delete(name)) return name
      const output = `/Identity_${this.#count++}`
      body.push({ opType: 'Identity', name: output, input: [name], output: [output] })
      return output
    })
    const condition = { name: '', dtype: 'bool', shape: [] } as const
    const carried = inputs.slice(0, states)
    const graph: Message<'GraphProto'> = {
      name: `/loop${id}`,
      node: body,
      input: [
        { name: `/loop${id}_round`, dtype: 'int64' as const, shape: [] },
        { ...condition, name: `/loop${id}_go` },
        ...carried.map(({ dtype, shape }, index) => ({ name: stateName(id, index), dtype, shape })),
      ].map(valueInfo),
      output: results
        .map((name, k) => (k === 0 ? { ...condition, name } : { ...pickType(carried[k - 1]!), name }))
        .map(valueInfo),
    }
    const stem = `/Loop_${this.#count++}`
    const output = carried.map((_, index) => `${stem}_${index}`)
    const input = [this.int64(trips), operands[states]!, ...operands.slice(0, states)]
    const attribute = [{ name: 'body', g: graph, type: attributeType.graph }]
    this.#write({ opType: 'Loop', name: stem, input, output, attribute })
    return output
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
    const throughout = (node: Message<'NodeProto'>): Message<'NodeProto'> => ({
      ...node,
      input: renamed(node.input),
      output: renamed(node.output),
      attribute: (node.attribute ?? []).map((a) =>
        a.g ? { ...a, g: { ...a.g, node: a.g.node!.map(throughout) } } : a,
      ),
    })
    this.nodeProtos = this.nodeProtos.map(throughout)
  }

  #write(node: Message<'NodeProto'>): void {
    if (this.#scope === null) {
      this.nodeProtos.push(node)
      return
    }
    const body = this.#bodies.get(this.#scope)
    if (body) body.push(node)
    else this.#bodies.set(this.#scope, [node])
  }

  /** Whether what is written in that scope can be used in this one. */
  #sees(scope: Scope): boolean {
    let at = this.#scope
    while (at !== scope && at !== null) at = this.#parent(at)
    return at === scope
  }

  #shared(data: ConstantData, shape: Shape, dtype: DType): string {
    const key = `constant ${dtype} [${shape.join()}] ${elementsKey(data)}`
    const known = this.#tensors.get(key)
    if (known !== undefined) return known
    const name = this.#tensor(`/constant_${this.#count++}`, data, shape, dtype)
    this.#tensors.set(key, name)
    return name
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

const pickType = ({ dtype, shape }: Node): { dtype: DType; shape: Shape } => ({ dtype, shape })

export function valueInfo({
  name,
  dtype,
  shape,
}: {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
}): Message<'ValueInfoProto'> {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }))
  return { name, type: { tensorType: { elemType: onnxType[dtype], shape: { dim } } } }
}
