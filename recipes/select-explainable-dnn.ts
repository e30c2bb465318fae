/**
 * The tuned explainable-dnn, whose settings are the model's defaults, beside what was found not to help and the damped biases: on the last
 * 15% of each user's training rows of the per-user time split 80/20 of ml-latest-small and on nothing else. RMSE and MAE, lower is
 * better; NDCG@10 and F@10 over each user's rated movies, higher is better. Writes results/select-explainable-dnn.json.
 * Usage: node recipes/select-explainable-dnn.ts
 */
import { withF } from '../src/experiments/run-cell.ts'
import { evaluate, loadDataset, type Recommender, split } from '../src/index.ts'
import { keepTrials, type Trial } from './trials.ts'

const trials: readonly Trial[] = [
  ['damped biases', 'bias', {}],
  ['the settings chosen', 'explainable-dnn', {}],
  ['without attention', 'explainable-dnn', { attention: false }],
  ['without averaging', 'explainable-dnn', { averageFrom: null }],
  ['without averaging, the rate falling to 0', 'explainable-dnn', { averageFrom: null, schedule: 'cosine' }],
]

const data = await loadDataset('ml-latest-small')
const { train } = split(data.interactions, { kind: 'time-user', ratio: 0.8 })
const parts = split(train, { kind: 'time-user', ratio: 0.85 })

/** F is of the means, by the readings of the cut-off that the paper leaves open: the first ten, or those of them predicted relevant. */
async function measure(model: Recommender): Promise<Record<string, number>> {
  const errors = await evaluate(model, parts, { metrics: ['rmse', 'mae'] })
  const figures = { ...errors.metrics } as Record<string, number>
  for (const threshold of [3, 3.5, 4]) {
    for (const recommended of ['first-k', 'at-threshold'] as const) {
      const { metrics } = await evaluate(model, parts, {
        metrics: ['precision@10', 'recall@10', 'ndcg-linear@10', 'ndcg-exp@10'],
        protocol: { kind: 'rated', threshold, recommended },
      })
      figures['ndcg-linear@10'] = metrics['ndcg-linear@10']!
      figures['ndcg-exp@10'] = metrics['ndcg-exp@10']!
      figures[`f@10 from ${threshold}, ${recommended}`] = withF(metrics)['f-of-means@10']!
    }
  }
  return figures
}

await keepTrials({
  name: 'select-explainable-dnn',
  command: 'node recipes/select-explainable-dnn.ts',
  protocol: "per-user time 80/20; of its training rows each user's last 15% are predicted; model seed 1, one thread",
  ...{ data, parts, trials, stopEarly: false, measure },
})
