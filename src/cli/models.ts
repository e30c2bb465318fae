import type { Command } from 'commander'
import { registerBuiltins } from '../catalogue/builtin.ts'
import { createModel, type ModelDefinition, modelDefinition, modelDefinitions } from '../models/registry.ts'
import { settingsOf } from '../models/settings.ts'
import { answer, jsonOption } from './common.ts'
import { bold, type Io } from './io.ts'
import { table } from './table.ts'

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
  return { name, kind, summary, source, abilities, hyperparameters: settingsOf(hyperparameters) }
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
