/**
 * Writes the tables of settings into docs/models/*.md from the models' schemas, between `<!-- settings: NAME -->` and `<!-- /settings -->`.
 * Usage: npm run model-pages
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { registerBuiltins } from '../src/catalogue/builtin.ts'
import { modelDefinition } from '../src/models/registry.ts'
import { settingsOf } from '../src/models/settings.ts'

export const folder = join(import.meta.dirname, '../docs/models')
export const pages = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.md'))

const block = /<!-- settings: ([\w-]+) -->\n[\s\S]*?<!-- \/settings -->/g
const cell = (text: string): string => text.replaceAll('|', '\\|')

function table(model: string): string {
  const settings = settingsOf(modelDefinition(model).hyperparameters)
  if (settings.length === 0) return 'Nothing to set.\n'
  const rows = settings.map(
    ({ name, default: value, type, description }) =>
      `| \`${name}\` | \`${JSON.stringify(value)}\` | ${cell(type)} | ${cell(description)} |\n`,
  )
  return `| set | default | values | meaning |\n|---|---|---|---|\n${rows.join('')}`
}

/** The page with its tables as the models now are. */
export const withTables = (page: string): string =>
  page.replace(block, (_, model: string) => `<!-- settings: ${model} -->\n${table(model)}<!-- /settings -->`)

/** The models whose settings a page has. */
export const modelsOn = (page: string): string[] => [...page.matchAll(block)].map(([, model]) => model!)

if (process.argv[1] === import.meta.filename) {
  registerBuiltins()
  for (const name of pages()) {
    const path = join(folder, name)
    writeFileSync(path, withTables(readFileSync(path, 'utf8')))
  }
}
