import type { Measure, Paper, Row, System, TableValue } from '../../src/experiments/paper.ts'
import { librarySettings, paperSettings, ncf as recipes, tunedSettings } from '../ncf.ts'
import { system } from './systems.ts'

const split = { kind: 'time-user', ratio: 0.75 } as const
const data = { dataset: 'ml-100k' }
const ranking: Measure = { kind: 'evaluate', metrics: ['map@10', 'ndcg@10', 'precision@10', 'recall@10'] }
const run = (model: string, settings: Readonly<Record<string, unknown>> = {}, shuffle?: number): System =>
  system(shuffle === undefined ? data : { ...data, shuffle }, split, model, settings, [ranking])

const { layers: _, ...gmfSettings } = paperSettings
const { factors: __, ...mlpSettings } = paperSettings

/** Figure 8: the pairs it prints and their scores. */
const printedPairs: readonly [user: string, item: string, score: number][] = [
  ['1', '286', 6.301048e-1],
  ['1', '258', 6.650531e-1],
  ['1', '305', 9.34343e-2],
  ['1', '307', 6.941572e-2],
  ['1', '288', 6.760817e-1],
  ['943', '1592', 3.74765e-11],
  ['943', '1676', 6.867967e-8],
  ['943', '907', 1.830687e-10],
  ['943', '1681', 2.351495e-11],
  ['943', '1573', 8.420572e-12],
]

const shuffles = [1, 2, 3, 4, 5] as const
const shuffled = ['popularity', 'ease', 'als', 'neumf'] as const
const als = { feedback: 'implicit', factors: 32 }
const settingsOf = { popularity: {}, ease: {}, als, neumf: librarySettings } as const

const systems: Record<string, System> = {
  neumf: {
    ...run('neumf', paperSettings),
    probes: [{ kind: 'pairs', id: 'figure-8', pairs: printedPairs.map(([user, item]) => [user, item] as const) }],
  },
  library: run('neumf', librarySettings),
  tuned: run('neumf', tunedSettings),
  pretrained: run('neumf', { ...tunedSettings, pretrainEpochs: 12, alpha: 0.5 }),
  gmf: run('gmf', gmfSettings),
  mlp: run('mlp', mlpSettings),
  popularity: run('popularity'),
  als: run('als', als),
  ease: run('ease'),
}
for (const model of shuffled) {
  for (const seed of shuffles) systems[`${model}-shuffled-${seed}`] = run(model, settingsOf[model], seed)
}

const metrics = ['map@10', 'ndcg@10', 'precision@10', 'recall@10'] as const
const row = (label: string, id: string, tone: Row['tone'] | null, published?: readonly number[]): Row => ({
  label,
  ...(tone && { tone }),
  values: metrics.map(
    (metric, n): TableValue => ({ system: id, metric, ...(published && { published: published[n]! }) }),
  ),
})

/** System 4: neural collaborative filtering. */
export const ncf: Paper = {
  name: 'ncf',
  title: 'Recommendation system using deep learning: neural collaborative filtering',
  authors: 'Halim, after He, Liao, Zhang, Nie, Hu and Chua 2017 (system 4)',
  claim:
    'NeuMF, a product of embeddings and a tower of layers joined at the output, learns from who rated what and ranks movies: MAP 0.0453, ' +
    'NDCG@10 0.1936, precision@10 0.1758, recall@10 0.0997 on MovieLens 100K.',
  protocol: [
    'MovieLens 100K as implicit feedback: a rating, whatever its value, is a 1. The earliest 75% of each user train, the rest is the test part; ' +
      'rows of equal time keep the order of the file. Test rows of users or movies without a training row are dropped.',
    'Every training user is scored against every training movie, training pairs removed, and the first ten are measured against the test part. ' +
      'MAP divides by the number of relevant movies (the profile of the library that the paper used).',
    'Training: four sampled negatives for every positive, afresh each epoch, never a known positive; binary cross-entropy; Adam 0.001; batch 256.',
  ],
  selection: `The tuned settings: ${recipes.find(({ name }) => name === 'ncf-tuned')!.selection} EASE uses lambda 300, ALS 32 factors.`,
  notes: [
    {
      kind: 'implausible',
      text: 'The text says that MAP "has increased by 0.045272"; that is its value. No baseline is reported beside it.',
    },
    {
      kind: 'choice',
      text: 'The widths of the tower for 16 factors are not stated: 64, 32, 16, the original authors’ rule.',
    },
    {
      kind: 'limit',
      text: 'About half the users’ cuts fall into a run of equal timestamps, so the file order decides part of the test. The table of shuffled ties shows how much.',
    },
  ],
  findings: [
    'A hundred epochs overfit: validation ranking peaks between epochs 20 and 30 while the loss goes on falling. The library stops at 50 with smaller layers and does better.',
    'Wider layers with dropout, stopped where validation peaks, do better than both. Linear models solved in closed form do better still on this split.',
  ],
  seeds: [1, 2, 3],
  systems,
  exhibits: [
    {
      kind: 'table',
      id: 'table-1',
      label: 'Table I',
      number: { kind: 'table', n: 1 },
      title: 'Ranking on the chronological 75/25 split, MovieLens 100K',
      text: 'One split for all. The paper’s own figures stand beside its settings, the library’s beside the library’s.',
      columns: [
        { header: 'MAP', better: 'higher' },
        { header: 'NDCG@10', better: 'higher' },
        { header: 'precision@10', better: 'higher' },
        { header: 'recall@10', better: 'higher' },
      ],
      rows: [
        row('NeuMF, the paper’s settings', 'neumf', 'paper', [0.045272, 0.193614, 0.175822, 0.099722]),
        row('NeuMF, the library’s settings', 'library', null, [0.04965, 0.200524, 0.183033, 0.102721]),
        row('NeuMF, 64 factors, dropout, 12 epochs', 'tuned', 'tuned'),
        row('NeuMF, pre-trained, alpha 0.5', 'pretrained', 'tuned'),
        row('GMF', 'gmf', null),
        row('MLP', 'mlp', null),
        row('Popularity', 'popularity', 'baseline'),
        row('ALS, implicit, 32 factors', 'als', 'baseline'),
        row('EASE, closed form', 'ease', 'baseline'),
      ],
      notes: [
        {
          kind: 'limit',
          text: 'EASE is solved in closed form with one setting, ALS with two that matter: they are the yardstick that the paper lacks.',
        },
      ],
    },
    {
      kind: 'curves',
      id: 'figure-7',
      label: 'Figure 7',
      number: { kind: 'figure', n: 7 },
      title: 'Training loss per epoch',
      text: 'Binary cross-entropy over positives and their four negatives. It falls long after ranking has stopped improving.',
      yLabel: 'loss',
      series: [
        { label: 'the paper’s settings', system: 'neumf', of: 'loss' },
        { label: 'the library’s settings', system: 'library', of: 'loss' },
        { label: 'tuned', system: 'tuned', of: 'loss' },
      ],
      published: { label: 'paper after 100 epochs: 0.164', value: 0.164153 },
    },
    {
      kind: 'pairs',
      id: 'figure-8',
      label: 'Figure 8',
      number: { kind: 'figure', n: 8 },
      title: 'The scored list',
      text: 'Probabilities for the first and last pairs that the paper prints, with its settings.',
      system: 'neumf',
      probe: 'figure-8',
      published: printedPairs.map(([, , score]) => score),
    },
    {
      kind: 'checks',
      id: 'counts',
      label: 'Known answers',
      number: null,
      title: 'Counts of the split',
      checks: [
        {
          label: 'training rows',
          published: 74_992,
          value: { system: 'popularity', count: 'trainRows' },
          remark: 'the index of the first row of figure 8',
        },
        {
          label: 'training movies',
          published: 1_597,
          value: { system: 'popularity', count: 'candidates' },
          remark: 'follows from the two others',
        },
        {
          label: 'scored pairs',
          published: 1_430_979,
          value: { system: 'popularity', count: 'rankedPairs' },
          remark: 'printed under figure 8',
        },
      ],
    },
    {
      kind: 'table',
      id: 'ties',
      label: 'Beside Table I',
      number: null,
      title: 'How much the order of equal timestamps decides',
      text: 'The same protocol with the rows shuffled before the split: only ties fall another way. NDCG@10.',
      columns: [
        { header: 'Popularity', better: 'higher' },
        { header: 'EASE', better: 'higher' },
        { header: 'ALS', better: 'higher' },
        { header: 'NeuMF, library’s settings', better: 'higher' },
      ],
      rows: [
        {
          label: 'file order',
          tone: 'paper',
          values: ['popularity', 'ease', 'als', 'library'].map((id) => ({ system: id, metric: 'ndcg@10' })),
        },
        ...shuffles.map(
          (seed): Row => ({
            label: `shuffle ${seed}`,
            values: shuffled.map((model) => ({ system: `${model}-shuffled-${seed}`, metric: 'ndcg@10' })),
          }),
        ),
      ],
    },
  ],
  glances: (['MAP', 'NDCG@10', 'precision@10', 'recall@10'] as const).map((measure, column) => ({
    what: `${measure}, MovieLens 100K, each user’s earliest 75% train`,
    exhibit: 'table-1',
    column,
    printed: 'NeuMF, the paper’s settings',
    tuned: 'NeuMF, 64 factors, dropout, 12 epochs',
    yardstick: 'EASE, closed form',
  })),
}
