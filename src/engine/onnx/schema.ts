/**
 * The messages of onnx.proto that Marquee writes: field name, field number and type, as in the official schema
 * (ONNX IR version 8; https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). A type ending in [] is repeated.
 *
 * A table instead of generated code: ten small messages need no 2,000-line file and no reflection at start-up, and our
 * encoder can leave the weights where they are until the one final copy.
 */
export const schema = {
  ModelProto: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    producerVersion: [3, 'string'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'OperatorSetIdProto[]'],
    metadataProps: [14, 'StringStringEntryProto[]'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  GraphProto: {
    node: [1, 'NodeProto[]'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto[]'],
    input: [11, 'ValueInfoProto[]'],
    output: [12, 'ValueInfoProto[]'],
  },
  NodeProto: {
    input: [1, 'string[]'],
    output: [2, 'string[]'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto[]'],
  },
  AttributeProto: {
    name: [1, 'string'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    g: [6, 'GraphProto'],
    ints: [8, 'int64[]'],
    type: [20, 'int32'],
  },
  TensorProto: { dims: [1, 'int64[]'], dataType: [2, 'int32'], name: [8, 'string'], rawData: [9, 'bytes'] },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensorType: [1, 'TensorTypeProto'], sequenceType: [4, 'SequenceTypeProto'] },
  SequenceTypeProto: { elemType: [1, 'TypeProto'] },
  TensorTypeProto: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'DimensionProto[]'] },
  DimensionProto: { dimValue: [1, 'int64'], dimParam: [2, 'string'] },
} as const

export type Schema = typeof schema
export type MessageName = keyof Schema

interface Scalars {
  int32: number
  int64: number
  string: string
  bytes: Uint8Array
}

type Field<T> = T extends `${infer Element}[]`
  ? readonly Field<Element>[]
  : T extends keyof Scalars
    ? Scalars[T]
    : T extends MessageName
      ? Message<T>
      : never

/** A message as a plain object; fields left out are not written. */
export type Message<K extends MessageName> = {
  readonly [F in keyof Schema[K]]?: Schema[K][F] extends readonly [number, infer T] ? Field<T> : never
}
