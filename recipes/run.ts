/**
 * Runs recipes by name and writes results/NAME.json.
 * Usage: npm run recipe -- NAME…   (without a name: lists them)
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform, totalmem } from 'node:os'
import { join } from 'node:path'
import { MarqueeError } from '../src/core/errors.ts'
import { runRecipe } from '../src/experiments/run-recipe.ts'
import { explainableDnn } from './explainable-dnn.ts'
import { ncf } from './ncf.ts'
import { ratings } from './ratings.ts'

const recipes = [...ratings, ...explainableDnn, ...ncf]
const names = process.argv.slice(2)
if (names.length === 0) for (const { name, title } of recipes) console.log(`${name.padEnd(30)} ${title}`)
for (const name of names) {
  const recipe = recipes.find((r) => r.name === name)
  if (!recipe)
    throw new MarqueeError('unknown-recipe', `there is no recipe "${name}"`, {
      remedy: `Known: ${recipes.map((r) => r.name).join(', ')}.`,
    })
  const result = await runRecipe(recipe)
  const file = join(import.meta.dirname, '../results', `${name}.json`)
  mkdirSync(join(import.meta.dirname, '../results'), { recursive: true })
  const machine = {
    cpu: cpus()[0]!.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    node: process.version,
  }
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()
  const command = `npm run recipe -- ${name}`
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(file, `${JSON.stringify({ command, date, commit, machine, ...result }, null, 1)}\n`)
  console.log(`\n${recipe.title}`)
  for (const [model, metrics] of Object.entries(result.summary)) {
    const figures = Object.entries(metrics).map(
      ([metric, s]) => `${metric} ${s ? `${s.mean.toFixed(4)} ± ${(s.sd ?? 0).toFixed(4)}` : '-'}`,
    )
    console.log(`  ${model.padEnd(16)} ${figures.join('   ')}`)
  }
  for (const { model, metric, difference, interval, seed } of result.comparisons) {
    console.log(
      `  ${model} - ${recipe.baseline} (seed ${seed}): ${metric} ${difference.toFixed(4)} [${interval.map((x) => x.toFixed(4)).join(', ')}]`,
    )
  }
  for (const t of result.targets)
    console.log(
      `  ${t.reached ? 'reached' : 'MISSED'}: ${t.model} ${t.metric} ${t.value.toFixed(4)}, asked ${t.atMost ?? t.atLeast}`,
    )
}
