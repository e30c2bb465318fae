import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { MarqueeError } from '../../core/errors.ts'
import { type Message, type MessageName, schema } from './schema.ts'

/** Byte fields from this size on are taken by reference until the last copy. */
const large = 1024

/** The limit of a protobuf message, which ONNX inherits. */
const limit = 2 ** 31 - 1

/** Pieces of an encoded message, in order, and how long they are together. */
interface Pieces {
  readonly list: Uint8Array[]
  length: number
}

/** A message of the schema in protobuf's binary form. Large byte fields (weights) are copied exactly once. */
export function encode<K extends MessageName>(name: K, message: Message<K>): Uint8Array<ArrayBuffer> {
  const { list, length } = pieces(name, message)
  if (length > limit) {
    throw new MarqueeError('model-too-large', `the model takes ${length} bytes as ONNX`, {
      remedy: 'An ONNX file holds at most 2 GiB: use smaller embeddings or layers.',
    })
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const piece of list) {
    bytes.set(piece, offset)
    offset += piece.length
  }
  return bytes
}

function pieces(name: MessageName, message: object): Pieces {
  const result: Pieces = { list: [], length: 0 }
  const writer = new BinaryWriter()
  const push = (piece: Uint8Array): void => {
    result.list.push(piece)
    result.length += piece.length
  }
  for (const [field, [number, type]] of Object.entries(schema[name] as Record<string, readonly [number, string]>)) {
    const value = (message as Record<string, unknown>)[field]
    if (value === undefined) continue
    const single = type.replace('[]', '')
    for (const element of type === single ? [value] : (value as readonly unknown[])) {
      if (single === 'int64') writer.tag(number, WireType.Varint).int64(element as number)
      else if (single === 'int32') writer.tag(number, WireType.Varint).int32(element as number)
      else if (single === 'string') writer.tag(number, WireType.LengthDelimited).string(element as string)
      else if (single === 'bytes' && (element as Uint8Array).length < large) {
        writer.tag(number, WireType.LengthDelimited).bytes(element as Uint8Array)
      } else {
        const inner =
          single === 'bytes' ? whole(element as Uint8Array) : pieces(single as MessageName, element as object)
        writer.tag(number, WireType.LengthDelimited).uint32(inner.length)
        if (inner.length < large) for (const piece of inner.list) writer.raw(piece)
        else {
          push(writer.finish())
          for (const piece of inner.list) push(piece)
        }
      }
    }
  }
  push(writer.finish())
  return result
}

function whole(bytes: Uint8Array): Pieces {
  return { list: [bytes], length: bytes.length }
}
