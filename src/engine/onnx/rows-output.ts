import { MarqueeError } from '../../core/errors.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import type { Message } from './schema.ts'

/** The metadata of a model, by key. */
export function metadataOf(model: Uint8Array): Record<string, string> {
  const { metadataProps = [] } = decode('ModelProto', model)
  return Object.fromEntries(metadataProps.map(({ key, value }) => [key!, value ?? '']))
}

/**
 * The model with one input and one output more: `candidate` (int32 [M], M from 0) gives `vectors` (float32 [M, width]),
 * the rows of the tables, side by side. So one file gives scores and what items are compared by, from the same weights.
 * Throws `bad-model` for a table that the model does not hold.
 */
export function withRowsOutput(model: Uint8Array, tables: readonly string[]): Uint8Array<ArrayBuffer> {
  const proto = decode('ModelProto', model)
  const graph = proto.graph!
  const widths = tables.map((name) => {
    const width = graph.initializer?.find((tensor) => tensor.name === name)?.dims?.[1]
    if (width === undefined) throw new MarqueeError('bad-model', `the model holds no table "${name}"`)
    return width
  })
  const rows = tables.map(
    (table, k): Message<'NodeProto'> => ({
      opType: 'Gather',
      name: `/rows_${k}`,
      input: [table, 'candidate'],
      output: [`/rows_${k}`],
    }),
  )
  const joined: Message<'NodeProto'> = {
    opType: 'Concat',
    name: '/rows',
    input: rows.map(({ name }) => name!),
    output: ['vectors'],
    attribute: [{ name: 'axis', i: 1, type: 2 }],
  }
  const value = (name: string, elemType: number, dim: Message<'DimensionProto'>[]): Message<'ValueInfoProto'> => ({
    name,
    type: { tensorType: { elemType, shape: { dim } } },
  })
  const width = widths.reduce((a, b) => a + b, 0)
  return encode('ModelProto', {
    ...proto,
    graph: {
      ...graph,
      node: [...(graph.node ?? []), ...rows, joined],
      input: [...(graph.input ?? []), value('candidate', 6, [{ dimParam: 'M' }])],
      output: [...(graph.output ?? []), value('vectors', 1, [{ dimParam: 'M' }, { dimValue: width }])],
    },
  })
}
