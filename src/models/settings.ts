import * as z from 'zod'

/** One hyper-parameter in words. */
export interface Setting {
  readonly name: string
  readonly default: unknown
  /** "integer from 1", "adam | sgd", "list of number", "number or null". */
  readonly type: string
  readonly description: string
}

/** What may be set of a model, in the order of its schema: for `marquee models` and docs/models. */
export function settingsOf(schema: z.ZodObject): Setting[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return Object.entries(properties).map(([name, property]) => ({
    name,
    default: (property as { default?: unknown }).default ?? null,
    type: typeOf(property as z.core.JSONSchema.BaseSchema),
    description: (property as { description?: string }).description ?? '',
  }))
}

function typeOf(schema: z.core.JSONSchema.BaseSchema): string {
  if (schema.enum) return schema.enum.join(' | ')
  const union = schema.anyOf as z.core.JSONSchema.BaseSchema[] | undefined
  if (union) return union.map(typeOf).join(' or ')
  if (schema.const !== undefined) return String(schema.const)
  if (schema.type === 'array') return `list of ${typeOf((schema.items ?? {}) as z.core.JSONSchema.BaseSchema)}`
  const type = schema.type === 'boolean' ? 'true | false' : [schema.type ?? 'any'].flat().join(' or ')
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema
  const low =
    minimum !== undefined ? ` from ${minimum}` : exclusiveMinimum !== undefined ? ` above ${exclusiveMinimum}` : ''
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
  const high = exclusiveMaximum !== undefined ? ` below ${exclusiveMaximum}` : bounded ? ` to ${maximum}` : ''
  return type + low + high
}
