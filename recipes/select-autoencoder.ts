/**
 * The settings of the tuned autoencoder of recipes/papers/autoencoder.ts, tried on a tenth of the training rows of the random
 * 90/10 split and on nothing else, or, "-time", on the newest tenth of the training rows of the split by time: RMSE, lower is
 * better. Writes results/select-autoencoder-NAME.json.
 * Usage: node recipes/select-autoencoder.ts ml-1m|ml-1m-time|ml-latest-small
 */
import { evaluateEarlier } from '../src/experiments/earlier.ts'
import { evaluate, loadDataset, split } from '../src/index.ts'
import { keepTrials, type Trial } from './trials.ts'

const wide = { layers: [1200], dropout: 0.9, presence: true, l2: 0.0002, epochs: 80, patience: 8 }
const damped = { ...wide, damping: 10, patience: 6 }
const million = { presence: true, epochs: 70, patience: 6 }
const chosenMillion = { presence: true, layers: [600], dropout: 0.7, l2: 0.00005, epochs: 25 }

const trials: Readonly<Record<string, readonly Trial[]>> = {
  'ml-1m': [
    ['tuned item kNN', 'item-knn', {}],
    ['the defaults', 'autoencoder', { epochs: 70, patience: 6 }],
    ['300 units, presence, dropout 0.7', 'autoencoder', { ...million, epochs: 90, dropout: 0.7 }],
    ['600 units, half the L2', 'autoencoder', { ...million, layers: [600], dropout: 0.7, l2: 0.00005 }],
    ['600 units, dropout 0.8', 'autoencoder', { ...million, layers: [600], dropout: 0.8, l2: 0.0001 }],
    ['1,200 units', 'autoencoder', { ...million, epochs: 50, layers: [1200], dropout: 0.8, l2: 0.00005 }],
  ],
  'ml-1m-time': [
    ['tuned item kNN', 'item-knn', {}],
    ['the chosen settings', 'autoencoder', chosenMillion],
    ['damping 10', 'autoencoder', { ...chosenMillion, damping: 10 }],
    ['damping 20', 'autoencoder', { ...chosenMillion, damping: 20 }],
    ['damping 15, twice the L2', 'autoencoder', { ...chosenMillion, damping: 15, l2: 0.0001 }],
    [
      'dropout 0.8, twice the L2 and the passes',
      'autoencoder',
      { ...chosenMillion, dropout: 0.8, l2: 0.0001, epochs: 50 },
    ],
  ],
  'ml-latest-small': [
    ['tuned item kNN', 'item-knn', {}],
    ['damped biases', 'bias', {}],
    ['the settings chosen before', 'autoencoder', wide],
    ['withholding 0.5', 'autoencoder', { ...wide, withhold: 0.5 }],
    ['withholding 0.15', 'autoencoder', { ...wide, withhold: 0.15 }],
    ['batches of 16', 'autoencoder', { ...wide, batch: 16, epochs: 60 }],
    ['600 units, dropout 0.7, L2 0.0001', 'autoencoder', { ...wide, layers: [600], dropout: 0.7, l2: 0.0001 }],
    ['600 units, dropout 0.8, L2 0.0003', 'autoencoder', { ...wide, layers: [600], dropout: 0.8, l2: 0.0003 }],
    ['damping 10', 'autoencoder', { ...wide, damping: 10 }],
    ['damping 10, no activation', 'autoencoder', { ...damped, activation: 'linear' }],
    ['damping 10, ReLU', 'autoencoder', { ...damped, activation: 'relu' }],
    ['damping 10, 2,400 units, dropout 0.95', 'autoencoder', { ...damped, layers: [2400], dropout: 0.95 }],
    ['damping 10, L2 0.0004', 'autoencoder', { ...damped, l2: 0.0004 }],
    ['damping 20', 'autoencoder', { ...damped, damping: 20 }],
    ['damping 40', 'autoencoder', { ...damped, damping: 40, epochs: 200 }],
    ['damping 20, the mean of the input', 'autoencoder', { ...damped, damping: 20, normalise: 'mean' }],
    [
      'damping 20, twice the rate, falling to 0',
      'autoencoder',
      { ...damped, damping: 20, learningRate: 0.002, schedule: 'cosine' },
    ],
    [
      'damping 20, withholding 0.2, input dropout 0.3',
      'autoencoder',
      { ...damped, damping: 20, withhold: 0.2, inputDropout: 0.3 },
    ],
  ],
}

const name = process.argv[2] ?? ''
const wanted = trials[name]
if (!wanted) throw new RangeError(`"${name}" is none of ${Object.keys(trials).join(', ')}`)
const byTime = name.endsWith('-time')
const data = await loadDataset(name.replace(/-time$/, ''))
const newest = { kind: 'time-global', ratio: 0.9 } as const
const drawn = (seed: number) => ({ kind: 'random', ratio: 0.9, seed }) as const
const { train } = split(data.interactions, byTime ? newest : drawn(1))
const parts = split(train, byTime ? newest : drawn(5))
await keepTrials({
  name: `select-autoencoder-${name}`,
  command: `node recipes/select-autoencoder.ts ${name}`,
  protocol: byTime
    ? 'the oldest 90%; of these the newest tenth is predicted: by the training rows only (rmse), and with the earlier ratings of each user known, at most 20,000 rows (earlier); model seed 1, one thread'
    : 'random 90/10, seed 1; of its training rows a random tenth, seed 5, is predicted; model seed 1, one thread',
  ...{ data, parts, trials: wanted, stopEarly: !byTime },
  measure: async (model) => ({
    rmse: (await evaluate(model, parts, { metrics: ['rmse'] })).metrics.rmse!,
    ...(byTime ? { earlier: (await evaluateEarlier(model, parts, { most: 20_000 })).rmse } : {}),
  }),
})
