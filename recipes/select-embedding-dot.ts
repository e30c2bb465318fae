/**
 * Chooses embedding-dot's settings for ml-latest-small on a tenth of the training rows of a split, and on nothing else.
 * Usage: node recipes/select-embedding-dot.ts random|time-user
 */
import { createModel, evaluate, loadDataset, type SplitKind, split } from '../src/index.ts'

const kind = (process.argv[2] ?? 'random') as SplitKind
const data = await loadDataset('ml-latest-small')
const parts = split(data.interactions, { kind, ratio: 0.8, validation: 0.1, seed: 1 })
const rows: { rmse: number; settings: Record<string, number> }[] = []
for (const l2 of [0.03, 0.05, 0.08]) {
  for (const learningRate of [0.001, 0.0015, 0.002]) {
    for (const initSd of [0.01, 0.02]) {
      for (const factors of [20, 50]) {
        const settings = { l2, learningRate, initSd, factors }
        const model = await createModel('embedding-dot', settings)
        await model.fit(parts.train, { seed: 1, threads: 1 })
        const { metrics } = await evaluate(model, parts, { part: 'validation', metrics: ['rmse'] })
        rows.push({ rmse: metrics.rmse!, settings })
      }
    }
  }
}
rows.sort((a, b) => a.rmse - b.rmse)
for (const { rmse, settings } of rows) console.log(rmse.toFixed(4), JSON.stringify(settings))
