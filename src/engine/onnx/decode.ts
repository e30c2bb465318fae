import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { MarqueeError } from '../../core/errors.ts'
import { type Message, type MessageName, schema } from './schema.ts'

/**
 * Reads a message of the schema; byte fields are views of the input, not copies. Meant for models that Marquee wrote:
 * a field the schema does not know cannot be kept, so it is refused. Throws `bad-model`.
 */
export function decode<K extends MessageName>(name: K, bytes: Uint8Array): Message<K> {
  try {
    // A Buffer's own slice() would not copy, which those who take byte fields on rely on.
    return read(name, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)) as Message<K>
  } catch (cause) {
    if (cause instanceof MarqueeError) throw cause
    throw new MarqueeError('bad-model', `this is no ONNX model (${(cause as Error).message})`, { cause })
  }
}

function read(name: MessageName, bytes: Uint8Array): object {
  const fields = new Map(
    Object.entries(schema[name] as Record<string, readonly [number, string]>).map(
      ([field, [number, type]]) =>
        [number, { field, type: type.replace('[]', ''), repeated: type.endsWith('[]') }] as const,
    ),
  )
  const message: Record<string, unknown> = {}
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    const known = fields.get(number)
    if (!known) {
      throw new MarqueeError(
        'bad-model',
        `this ONNX model holds something that Marquee does not write (${name} ${number})`,
        {
          remedy: 'Give a model that Marquee wrote.',
        },
      )
    }
    const { field, type, repeated } = known
    const put = (value: unknown): void => {
      if (!repeated) message[field] = value
      else if (message[field] === undefined) message[field] = [value]
      else (message[field] as unknown[]).push(value)
    }
    const packed = type.startsWith('int') && wire === WireType.LengthDelimited
    if (packed) for (const end = reader.uint32() + reader.pos; reader.pos < end; ) put(whole(reader, type))
    else if (type.startsWith('int')) put(whole(reader, type))
    else if (type === 'string') put(reader.string())
    else {
      const view = reader.bytes()
      put(type === 'bytes' ? view : read(type as MessageName, view))
    }
  }
  return message
}

const whole = (reader: BinaryReader, type: string): number =>
  type === 'int32' ? reader.int32() : Number(reader.int64())
