import { describe, expect, it } from 'vitest'
import { sharesProblem, variantsOf } from '../../web/src/pages/admin/shares.ts'
import { bestOf, better, type Measured, metricsOf } from '../../web/src/pages/lab/comparison.ts'
import { reportOf } from '../../web/src/pages/lab/papers/document.ts'
import { epochTicks } from '../../web/src/training/epoch-ticks.ts'

describe('models side by side', () => {
  const models: Measured[] = [
    { version: 'a', metrics: { rmse: 0.84839, 'ndcg@10': 0.09, coverage: null } },
    { version: 'b', metrics: { rmse: 0.84841, 'ndcg@10': 0.19, mae: 0.65 } },
    { version: 'c', metrics: { rmse: null, 'ndcg@10': 0.08 } },
  ]
  it('lists the metrics that at least one has, errors first', () => {
    expect(metricsOf(models)).toEqual(['rmse', 'mae', 'ndcg@10'])
  })
  it('marks the best as printed: ties are both best, a lone figure is none', () => {
    expect([...bestOf(models, 'rmse')]).toEqual(['a', 'b'])
    expect([...bestOf(models, 'rmse', 5)]).toEqual(['a'])
    expect([...bestOf(models, 'ndcg@10')]).toEqual(['b'])
    expect([...bestOf(models, 'mae')]).toEqual([])
  })
  it('knows which way is better', () => {
    expect(['rmse', 'mae', 'ndcg@10', 'recall@20', 'seconds'].map(better)).toEqual([
      'lower',
      'lower',
      'higher',
      'higher',
      null,
    ])
  })
})

describe('shares of traffic', () => {
  it('must be a whole', () => {
    expect(
      sharesProblem([
        { version: 'a', percent: 70 },
        { version: 'b', percent: 20 },
      ]),
    ).toContain('90%')
    expect(
      sharesProblem([
        { version: 'a', percent: 120 },
        { version: 'b', percent: -20 },
      ]),
    ).toContain('between')
    expect(sharesProblem([{ version: 'a', percent: Number.NaN }])).toContain('between')
    expect(
      sharesProblem([
        { version: 'a', percent: 100 },
        { version: 'b', percent: 0 },
      ]),
    ).toBeNull()
    expect(sharesProblem([33.3, 33.3, 33.4].map((percent, n) => ({ version: String(n), percent })))).toBeNull()
  })
  it('leaves out models without one', () => {
    expect(
      variantsOf([
        { version: 'a', percent: 75 },
        { version: 'b', percent: 0 },
        { version: 'c', percent: 25 },
      ]),
    ).toEqual([
      { version: 'a', share: 0.75 },
      { version: 'c', share: 0.25 },
    ])
  })
})

it('marks whole epochs, thinned where there are many', () => {
  expect(epochTicks([3, 1, 2, 2])).toEqual([1, 2, 3])
  expect(
    epochTicks(
      Array.from({ length: 25 }, (_, n) => n + 1),
      12,
    ),
  ).toEqual([1, 4, 7, 10, 13, 16, 19, 22, 25])
})

describe('reports', () => {
  const head = { id: 'x', label: 'Table 1', title: 'T', text: '', notes: [{ kind: 'limit', text: 'small' }] }
  const figure = {
    status: 'value',
    mean: 0.9,
    sd: 0.01,
    values: [0.89, 0.91],
    published: 0.88,
    publishedValues: [0.88],
    difference: 0.02,
  }
  const absent = {
    status: 'absent',
    word: 'data not here',
    reason: 'ml-1m is not in …',
    published: 0.88,
    publishedValues: [],
  }
  const document = {
    version: '1',
    quick: false,
    command: 'c',
    papers: [
      {
        ...{
          name: 'p',
          title: 'P',
          authors: 'A',
          claim: 'C',
          protocol: ['one'],
          selection: 's',
          notes: [],
          findings: [],
          seeds: [1],
          machines: ['m'],
        },
        exhibits: [
          {
            ...head,
            kind: 'table',
            columns: [{ header: 'rmse', digits: 3, better: 'lower' }],
            rows: [
              { label: 'r', tone: null, figures: [figure] },
              { label: 's', tone: 'paper', figures: [absent] },
              { label: 't', figures: [null] },
            ],
          },
          {
            ...head,
            kind: 'similar',
            lists: [
              {
                title: 'Toy Story',
                published: [{ title: 'A', similarity: 0.9 }],
                ours: [{ header: 'ours', movies: { missing: 'no vectors' } }],
              },
            ],
          },
          {
            ...head,
            kind: 'checks',
            checks: [{ label: 'users', published: 943, value: null, reason: 'not here', remark: '' }],
          },
          { ...head, kind: 'distribution', of: 'ratings', facts: 'data not here' },
          { ...head, kind: 'hologram' },
        ],
      },
    ],
  }
  const [paper] = reportOf(document).papers
  const contents = paper!.exhibits.map(({ content }) => content)

  it('reads figures, and why some are absent', () => {
    const table = contents[0]!
    if (table.kind !== 'table') throw new Error('not a table')
    expect(table.columns).toEqual([{ header: 'rmse', digits: 3, better: 'lower' }])
    expect(table.rows.map(({ figures }) => figures[0])).toEqual([
      { published: 0.88, mean: 0.9, sd: 0.01, difference: 0.02, runs: 2, word: '', reason: '' },
      {
        published: 0.88,
        mean: null,
        sd: null,
        difference: null,
        runs: 0,
        word: 'data not here',
        reason: 'ml-1m is not in …',
      },
      null,
    ])
    expect(contents[1]).toEqual({
      kind: 'rows',
      header: ['movie', 'list', 'rank', 'similar movie', 'similarity'],
      rows: [['Toy Story', 'paper', '1', 'A', '0.9']],
      absent: ['ours: no vectors'],
    })
    expect(contents[2]).toMatchObject({ rows: [['users', '943', 'not here', '']] })
    expect(contents[3]).toEqual({ kind: 'distribution', of: 'ratings', points: [], absent: 'data not here' })
  })

  it('leaves out what it does not know, and never fails', () => {
    expect(contents).toHaveLength(4)
    for (const odd of [
      null,
      7,
      'text',
      [],
      {},
      { papers: 3 },
      { papers: [null, { exhibits: [null, { kind: 'table' }] }] },
    ]) {
      expect(() => reportOf(odd)).not.toThrow()
    }
    expect(reportOf({}).papers).toEqual([])
  })
})
