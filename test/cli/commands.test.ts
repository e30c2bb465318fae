import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { marquee, temporaryFolder, writeRatings } from './helpers.ts'

const folder = temporaryFolder()
const ratings = writeRatings(join(folder, 'ratings.csv'))
const artefact = join(folder, 'artefact')

async function json(...argv: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await marquee([...argv, '--json'])
  expect(err).not.toContain('error')
  expect(code).toBe(0)
  return JSON.parse(out) as Record<string, unknown>
}

const names = [
  'start',
  'data list',
  'data info',
  'data get',
  'data export',
  'data synth',
  'split',
  'train',
  'evaluate',
  'recommend',
  'similar',
  'explain',
  'models',
]

describe('help', () => {
  test.each(names)('%s --help has an example and --json', async (name) => {
    const { code, out } = await marquee([...name.split(' '), '--help'])
    expect(code).toBe(0)
    expect(out).toContain('--json')
    expect(out).toMatch(new RegExp(`Examples?:\n {2}\\$ marquee ${name}`))
  })

  test('the first page names every command', async () => {
    const { code, out } = await marquee(['--help'])
    expect(code).toBe(0)
    for (const name of names) expect(out).toContain(`  ${name.split(' ')[0]} `)
    expect((await marquee([])).code).toBe(2)
    expect((await marquee(['data'])).code).toBe(2)
    expect((await marquee(['help', 'train'])).out).toContain('--resume')
    expect((await marquee(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('data and split', () => {
  test('data list', async () => {
    const { datasets } = await json('data', 'list')
    expect((datasets as { name: string }[]).map(({ name }) => name)).toContain('ml-100k')
    expect((await marquee(['data', 'list'])).out).toMatch(/ml-latest-small +100,836 +610/)
  })

  test('data info', async () => {
    expect(await json('data', 'info', ratings)).toMatchObject({ users: 12, items: 10, ratings: 96, density: 0.8 })
    expect((await marquee(['data', 'info', ratings])).out).toContain('96 ratings of 10 movies by 12 users')
  })

  test('data export, and the result is read again', async () => {
    const out = join(folder, 'exported')
    const { files } = await json('data', 'export', ratings, '--format', 'inter', '--out', out)
    expect(await json('data', 'info', (files as string[])[0]!)).toMatchObject({ users: 12, ratings: 96 })
  })

  test('data synth', async () => {
    const out = join(folder, 'synthetic')
    const made = await json(
      'data',
      'synth',
      '--users',
      '30',
      '--movies',
      '20',
      '--ratings',
      '300',
      '--noise',
      '0.4',
      '--out',
      out,
    )
    expect(made).toMatchObject({ parameters: { users: 30, items: 20, ratings: 300, noise: 0.4 } })
    expect(await json('data', 'info', out)).toMatchObject({ users: 30, items: 20, ratings: 300 })
  })

  test('split, and all folds of kfold', async () => {
    const out = join(folder, 'parts')
    const written = await json('split', ratings, '--split', 'time-user', '--ratio', '0.75', '--out', out)
    expect(written).toMatchObject({ counts: { 'train.csv': 72, 'test.csv': 24 } })
    expect(readFileSync(join(out, 'test.csv'), 'utf8').split('\n')).toHaveLength(26)
    const folds = join(folder, 'folds')
    await json('split', ratings, '--split', 'kfold', '--folds', '3', '--out', folds)
    for (const fold of [1, 2, 3]) expect(existsSync(join(folds, `fold-${fold}`, 'test.csv'))).toBe(true)
  })
})

test('models lists what can be set', async () => {
  const models = (await json('models')) as unknown as {
    name: string
    hyperparameters: { name: string; default: unknown }[]
  }[]
  expect(models.map(({ name }) => name)).toEqual(expect.arrayContaining(['random', 'popularity', 'item-mean', 'bias']))
  for (const { hyperparameters } of models) {
    for (const setting of hyperparameters)
      expect(setting).toMatchObject({ type: expect.stringMatching(/./), description: expect.stringMatching(/./) })
  }
  const { out } = await marquee(['models', 'bias'])
  expect(out).toMatch(/userDamping +5 +number from 0/)
})

describe('evaluate', () => {
  test('gives the promised document', async () => {
    const result = await json(
      'evaluate',
      ratings,
      '--model',
      'bias',
      '--set',
      'userDamping=2',
      'sweeps=3',
      '--metrics',
      'rmse,ndcg@5',
      '--seed',
      '4',
      '--threads',
      '1',
    )
    expect(result).toMatchObject({
      dataset: ratings,
      model: 'bias',
      hyperparameters: { itemDamping: 5, userDamping: 2, sweeps: 3 },
      split: { kind: 'random', ratio: 0.8, seed: 4 },
      seed: 4,
      threads: 1,
      counts: { rows: 19 },
      metrics: { rmse: expect.any(Number), 'ndcg@5': expect.any(Number) },
      seconds: { load: expect.any(Number), fit: expect.any(Number), evaluate: expect.any(Number) },
    })
  })

  test('writes predictions and lists with original ids', async () => {
    const predictions = join(folder, 'p.csv')
    const lists = join(folder, 'r.csv')
    await json(
      'evaluate',
      ratings,
      '--model',
      'bias',
      '--predictions',
      predictions,
      '--recommendations',
      lists,
      '-k',
      '3',
    )
    const rows = readFileSync(predictions, 'utf8').trim().split('\n')
    expect(rows[0]).toBe('user,item,rating,prediction')
    expect(rows).toHaveLength(20)
    const list = readFileSync(lists, 'utf8').trim().split('\n')
    expect(list[0]).toBe('user,item,score,rank')
    expect(list[1]).toMatch(/,1$/)
    expect(Math.max(...list.slice(1).map((row) => Number(row.split(',')[3])))).toBe(3)
  })

  test('takes given files', async () => {
    const parts = join(folder, 'given')
    await json('split', ratings, '--validation', '0.1', '--out', parts)
    const files = ['train', 'validation', 'test'].flatMap((name) => [`--${name}`, join(parts, `${name}.csv`)])
    const result = await json('evaluate', ...files, '--model', 'bias', '--metrics', 'rmse')
    const whole = await json('evaluate', ratings, '--validation', '0.1', '--model', 'bias', '--metrics', 'rmse')
    expect(result.split).toMatchObject({ kind: 'given', train: join(parts, 'train.csv') })
    expect((result.metrics as { rmse: number }).rmse).toBeCloseTo((whole.metrics as { rmse: number }).rmse, 6)
    expect((await marquee(['evaluate', '--train', ratings, '--model', 'bias'])).code).toBe(2)
  })

  test('kfold runs every fold, and the figure is their mean', async () => {
    const result = await json(
      'evaluate',
      ratings,
      '--split',
      'kfold',
      '--folds',
      '3',
      '--model',
      'bias',
      '--metrics',
      'rmse',
    )
    const runs = result.runs as unknown as { metrics: { rmse: number } }[]
    expect(runs).toHaveLength(3)
    const mean = runs.reduce((sum, { metrics }) => sum + metrics.rmse, 0) / 3
    expect((result.metrics as { rmse: number }).rmse).toBeCloseTo(mean, 12)
    expect((result.spread as { rmse: { sd: number } }).rmse.sd).toBeGreaterThan(0)
    const one = await json(
      'evaluate',
      ratings,
      '--split',
      'kfold',
      '--folds',
      '3',
      '--fold',
      '2',
      '--model',
      'bias',
      '--metrics',
      'rmse',
    )
    expect(one.metrics).toEqual(runs[1]!.metrics)
  })

  test('compares with another model', async () => {
    const result = await json(
      'evaluate',
      ratings,
      '--model',
      'bias',
      '--compare',
      'item-mean',
      '--compare-set',
      'damping=1',
      '--metrics',
      'rmse',
    )
    const [compared] = result.compared as unknown as {
      metrics: { rmse: number }
      differences: { difference: number }[]
    }[]
    const difference = (result.metrics as { rmse: number }).rmse - compared!.metrics.rmse
    expect(compared!.differences[0]!.difference).toBeCloseTo(difference, 6)
  })

  test.each([
    [['--protocol', 'rated'], 'needs --threshold'],
    [['--threshold', '3', '--negatives', '5'], '--negatives does not go with --protocol full'],
    [['--seeds', '1,2', '--predictions', 'x.csv'], 'go with one run'],
    [['--resume'], '--resume needs --checkpoint'],
    [['--split', 'time'], 'Allowed choices are random'],
    [['--ratio', '1.5'], 'share between 0 and 1'],
    [['-k', 'ten'], 'whole number from 1'],
  ])('refuses %j', async (flags, message) => {
    const { code, err } = await marquee(['evaluate', ratings, '--model', 'bias', ...flags])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })

  test('the other protocols', async () => {
    const rated = await json(
      'evaluate',
      ratings,
      '--model',
      'bias',
      '--protocol',
      'rated',
      '--threshold',
      '3',
      '--metrics',
      'precision@5',
    )
    expect(rated.protocol).toMatchObject({ kind: 'rated' })
    const sampled = await json(
      'evaluate',
      ratings,
      '--model',
      'bias',
      '--protocol',
      'sampled',
      '--negatives',
      '2',
      '--metrics',
      'hit@1',
    )
    expect(sampled.protocol).toMatchObject({ kind: 'sampled', sampled: true })
  })
})

describe('train, recommend, similar', () => {
  beforeAll(async () => {
    const trained = await json(
      'train',
      ratings,
      '--model',
      'bias',
      '--split',
      'random',
      '--metrics',
      'rmse',
      '--out',
      artefact,
    )
    expect(trained).toMatchObject({
      artefact,
      model: 'bias',
      counts: { ratings: 96, train: 77 },
      metrics: { rmse: expect.any(Number) },
    })
  })

  test('for a user, without the movies that trained', async () => {
    const { recommendations } = await json('recommend', '--artefact', artefact, '--user', '3', '-k', '20')
    const evaluated = await json('train', ratings, '--model', 'bias', '--out', join(folder, 'all'))
    expect(evaluated).toMatchObject({ split: null, counts: { train: 96 } })
    const all = await json('recommend', '--artefact', join(folder, 'all'), '--user', '3', '-k', '20')
    expect((all.recommendations as { item: string }[]).map(({ item }) => item).sort()).toEqual(['2', '7'])
    expect((recommendations as unknown[]).length).toBeGreaterThanOrEqual(2)
  })

  test('for given ratings, with exclusions', async () => {
    const { profile, recommendations } = await json(
      'recommend',
      '--artefact',
      artefact,
      '--rate',
      '#4=5',
      '--rate',
      '#5=1',
      '--exclude',
      '#6',
      '-k',
      '20',
    )
    expect(profile).toEqual([
      { asked: '#4', item: '4', title: '4', rating: 5 },
      { asked: '#5', item: '5', title: '5', rating: 1 },
    ])
    const items = (recommendations as { item: string; rank: number }[]).map(({ item }) => item)
    expect(items).toHaveLength(7)
    for (const item of ['4', '5', '6']) expect(items).not.toContain(item)
  })

  test.each([
    [['recommend', '--user', '99'], 1, 'there is no user 99'],
    [['recommend', '--rate', '#4=9'], 1, 'rating from 1 to 5'],
    [['recommend', '--rate', '#4'], 1, 'is not TITLE=RATING'],
    [['recommend', '--rate', '#44=4'], 1, 'no movie with the id 44'],
    [['recommend', '--user', '1', '--genre', 'Drama'], 1, 'no genres'],
    [['recommend'], 2, 'either --user or --rate'],
    [['recommend', '--user', '1', '--rate', '#4=4'], 2, 'either --user or --rate'],
    [['similar', '#1'], 1, 'bias cannot find similar items'],
    [['similar'], 2, "missing required argument 'titles'"],
  ])('%j', async (argv, expected, message) => {
    const { code, err, out } = await marquee([...argv, '--artefact', artefact])
    expect(err).toContain(message)
    expect(err).not.toContain('    at ')
    expect({ code, out }).toEqual({ code: expected, out: '' })
  })

  test('--resume without a checkpoint', async () => {
    const { code, err } = await marquee(['train', ratings, '--model', 'bias', '--out', artefact, '--resume'])
    expect(code).toBe(1)
    expect(err).toContain('there is no checkpoint to resume from')
  })
})

test('under --json an error is a document too', async () => {
  const { code, out, err } = await marquee(['recommend', '--artefact', join(folder, 'none'), '--user', '1', '--json'])
  expect(code).toBe(1)
  expect(JSON.parse(out)).toEqual({
    error: {
      code: 'no-artefact',
      message: expect.stringContaining('there is no artefact here'),
      place: join(folder, 'none'),
      remedy: expect.stringContaining('marquee train'),
    },
  })
  expect(err).toMatch(/^error: .*\n$/)
})

test('an interruption exits with 130', async () => {
  writeFileSync(join(folder, 'x'), '')
  const { code, err } = await marquee(['evaluate', ratings, '--model', 'bias'], AbortSignal.abort())
  expect(code).toBe(130)
  expect(err).toContain('interrupted')
})
