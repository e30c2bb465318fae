import type { Command } from 'commander'
import * as z from 'zod'
import { registerBuiltins } from '../catalogue/builtin.ts'
import { createModel, type ModelDefinition, modelDefinition, modelDefinitions } from '../models/registry.ts'
import { answer, jsonOption } from './common.ts'
import { bold, type Io } from './io.ts'
import { table } from './table.ts'

interface Setting {
  readonly name: string
  readonly default: unknown
  readonly type: string
  readonly description: string
}

export function define(command: Command, io: Io): void {
  jsonOption(command)
    .description('Lists the models with what they can do; with NAME, its hyper-parameters too.')
    .argument('[name]', 'one model only')
    .addHelpText('after', '\nExample:\n  $ marquee models embedding-dot')
    .action(async (name: string | undefined, { json }: { json?: boolean }) => {
      registerBuiltins()
      const definitions = name === undefined ? modelDefinitions() : [modelDefinition(name)]
      const described = await Promise.all(definitions.map(describe))
      answer(io, json, described, () => described.map((model) => text(model, io)).join('\n'))
    })
}

async function describe({ name, kind, summary, source, hyperparameters }: ModelDefinition) {
  const { abilities } = await createModel(name)
  return { name, kind, summary, source, abilities, hyperparameters: settings(hyperparameters) }
}

function settings(schema: z.ZodObject): Setting[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return Object.entries(properties).map(([name, property]) => ({
    name,
    default: (property as { default?: unknown }).default ?? null,
    type: typeOf(property as z.core.JSONSchema.BaseSchema),
    description: (property as { description?: string }).description ?? '',
  }))
}

/** "integer from 1", "adam | sgd", "list of number", "number or null". */
function typeOf(schema: z.core.JSONSchema.BaseSchema): string {
  if (schema.enum) return schema.enum.join(' | ')
  const union = schema.anyOf as z.core.JSONSchema.BaseSchema[] | undefined
  if (union) return union.map(typeOf).join(' or ')
  if (schema.type === 'array') return `list of ${typeOf((schema.items ?? {}) as z.core.JSONSchema.BaseSchema)}`
  const type = schema.type === 'boolean' ? 'true | false' : (schema.type ?? 'any')
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema
  const low =
    minimum !== undefined ? ` from ${minimum}` : exclusiveMinimum !== undefined ? ` above ${exclusiveMinimum}` : ''
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
  const high = exclusiveMaximum !== undefined ? ` below ${exclusiveMaximum}` : bounded ? ` to ${maximum}` : ''
  return type + low + high
}

function text(model: Awaited<ReturnType<typeof describe>>, io: Io): string {
  const { ratings, foldIn, similar } = model.abilities
  const able = [ratings && 'ratings', foldIn && 'new users', similar && 'similar movies'].filter(
    (word) => word !== false,
  )
  const head = `${bold(io, model.name)} (${model.kind}): ${model.summary}\n  ${model.source}\n  can do: ${able.join(', ')}\n`
  if (model.hyperparameters.length === 0) return `${head}  nothing to set\n`
  const rows = model.hyperparameters.map(({ name, default: value, type, description }) => [
    name,
    JSON.stringify(value),
    type,
    description,
  ])
  return (
    head + table([{ header: 'set' }, { header: 'default' }, { header: 'values' }, { header: 'meaning' }], rows, '  ')
  )
}
