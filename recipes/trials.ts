import { join } from 'node:path'
import { writeText } from '../src/cli/write-text.ts'
import { thisMachine } from '../src/experiments/machines.ts'
import { createModel, type Dataset, type Recommender, type Split } from '../src/index.ts'

export type Trial = readonly [what: string, model: string, settings: Record<string, unknown>]

/** A choice of settings on validation rows alone, of which the test part of `parts` consists. */
export interface Selection {
  /** Of results/NAME.json. */
  readonly name: string
  readonly command: string
  /** Which rows train and which are predicted, in words. */
  readonly protocol: string
  readonly data: Dataset
  readonly parts: Split
  readonly trials: readonly Trial[]
  /** Whether training stops by the predicted rows. */
  readonly stopEarly: boolean
  readonly measure: (model: Recommender) => Promise<Record<string, number>>
}

/** Runs the trials one after the other, model seed 1, one thread, and writes what they came to. Throws what fitting throws. */
export async function keepTrials(selection: Selection): Promise<void> {
  const { name, command, protocol, data, parts, trials, stopEarly, measure } = selection
  const rows: Record<string, unknown>[] = []
  for (const [what, model, settings] of trials) {
    const fitted = await createModel(model, settings)
    const validation = stopEarly ? { validation: parts.test } : {}
    const { bestEpoch } = await fitted.fit(parts.train, { seed: 1, threads: 1, items: data.items, ...validation })
    const figures = await measure(fitted)
    rows.push({ what, ...figures, passes: bestEpoch, model, settings })
    const words = Object.entries(figures).map(([metric, value]) => `${metric} ${value.toFixed(4)}`)
    console.log(`${what}: ${words.join(', ')}${bestEpoch === null ? '' : `, after ${bestEpoch} passes`}`)
  }
  const made = { command, protocol, date: new Date().toISOString(), machine: thisMachine(), trials: rows }
  writeText(join(import.meta.dirname, '../results', `${name}.json`), `${JSON.stringify(made, null, 1)}\n`)
}
