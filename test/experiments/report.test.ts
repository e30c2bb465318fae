import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { linear, tickLabels, ticks } from '../../src/experiments/report/axis.ts'
import { groupedBars, histogram } from '../../src/experiments/report/column-chart.ts'
import { csvOf, writeReport } from '../../src/experiments/report/files.ts'
import { escaped, signed } from '../../src/experiments/report/html.ts'
import { lineChart } from '../../src/experiments/report/line-chart.ts'
import { reportPage } from '../../src/experiments/report/page.ts'
import { scatter } from '../../src/experiments/report/scatter.ts'
import type { ExhibitView, PaperView } from '../../src/experiments/view.ts'
import { temporaryFolder } from './helpers.ts'

const folder = temporaryFolder()
const evil = `<script>alert("x")</script> & 'movies' <img src=http://example.com/x>`
const head = { id: 'one', label: 'Table 1', title: evil, text: evil, notes: [{ kind: 'choice', text: evil }] } as const
const figure = {
  status: 'value',
  mean: 0.9177,
  sd: 0.0012,
  values: [0.9165, 0.9177, 0.9189],
  seeds: 3,
  published: 0.923,
  publishedValues: [0.923],
  difference: -0.0053,
} as const
const absent = {
  status: 'absent',
  word: 'data not here',
  reason: evil,
  published: 0.876,
  publishedValues: [0.876],
} as const

const exhibits: ExhibitView[] = [
  {
    ...head,
    kind: 'table',
    columns: [{ header: 'RMSE <b>', better: 'lower' }, { header: 'MAE' }],
    rows: [
      { label: evil, tone: 'tuned', figures: [figure, null] },
      {
        label: 'b',
        tone: null,
        figures: [absent, { ...figure, published: null, publishedValues: [], difference: null }],
      },
    ],
  },
  {
    ...head,
    id: 'curve',
    kind: 'curves',
    yLabel: 'RMSE',
    series: [
      {
        label: evil,
        points: [
          { x: 1, y: 0.95 },
          { x: 2, y: 0.93 },
        ],
        absent: null,
      },
      { label: 'none', points: [], absent: evil },
    ],
    published: { label: 'paper: 0.923', value: 0.923 },
  },
  { ...head, id: 'bars', kind: 'bars', metrics: ['RMSE', 'MAE'], bars: [{ label: evil, figures: [figure, absent] }] },
  {
    ...head,
    id: 'similar',
    kind: 'similar',
    lists: [
      {
        title: evil,
        published: [{ title: 'Babe (1995)', similarity: 0.72 }],
        ours: [
          {
            header: 'ours',
            movies: [
              { title: 'Babe (1995)', similarity: 0.5 },
              { title: evil, similarity: 0.4 },
            ],
          },
          { header: 'none', movies: { missing: evil } },
        ],
      },
    ],
  },
  {
    ...head,
    id: 'map',
    kind: 'map',
    map: { x: [0, 1], y: [0, 1], titles: [evil, 'Babe (1995)'], genres: ['Drama', ''], words: evil },
  },
  {
    ...head,
    id: 'clusters',
    kind: 'clusters',
    clusters: [{ unit: 3, movies: [evil], genres: { Drama: 2 } }],
    published: [evil],
  },
  {
    ...head,
    id: 'checks',
    kind: 'checks',
    checks: [{ label: 'weights', published: 7_113_531, value: 7_113_531, reason: null, remark: evil }],
  },
  {
    ...head,
    id: 'pairs',
    kind: 'pairs',
    pairs: [{ user: '1', item: evil, prediction: 0.5, published: 0.6 }],
    absent: null,
  },
  {
    ...head,
    id: 'distribution',
    kind: 'distribution',
    of: 'ratings',
    dataset: 'ml-1m',
    facts: { users: 1, items: 2, ratings: 3, histogram: [{ value: 4, count: 3 }], perItem: [{ rank: 1, count: 3 }] },
  },
]
const paper: PaperView = {
  name: 'dnn',
  title: evil,
  authors: evil,
  claim: evil,
  protocol: [evil],
  selection: evil,
  notes: [{ kind: 'contradiction', text: evil }],
  findings: [evil],
  seeds: [1, 2, 3],
  exhibits,
  fullSize: null,
  machines: [evil],
  glances: [
    { what: evil, exhibit: exhibits[0]!.id, column: 0, printed: evil, tuned: 'b', yardstick: evil },
    {
      what: 'given apart',
      exhibit: exhibits[0]!.id,
      column: 0,
      published: 0.75,
      printed: evil,
      tuned: 'b',
      yardstick: 'b',
    },
  ],
}
const facts = {
  version: '0.1.0',
  quick: false,
  command: 'marquee reproduce dnn',
  missing: [{ dataset: 'ml-20m', reason: evil }],
}
const page = reportPage([paper], facts)

describe('the page', () => {
  test('loads nothing from anywhere and runs nothing', () => {
    expect(page).not.toMatch(/<(?:script|link|img|iframe|object|embed|video|audio|source|base|form)\b/i)
    expect(page).not.toMatch(/url\(|@import|@font-face/i)
    const references = [...page.matchAll(/\b(?:href|src|srcset|action|xlink:href)="([^"]*)"/g)].map(([, to]) => to!)
    expect(references.filter((to) => !to.startsWith('#'))).toEqual([])
    expect(page).not.toMatch(/\son\w+=/)
  })

  test('shows every text as text', () => {
    expect(page).toContain(escaped(evil))
    expect(page.replaceAll(escaped(evil), '')).not.toContain('alert(')
  })

  test('is light and dark, and fits a phone', () => {
    expect(page).toMatch(/prefers-color-scheme: dark/)
    expect(page).toContain('name="viewport"')
    expect(page.match(/<div class="scroll"><table>/g)).toHaveLength(3)
  })

  test('shows the paper, ours with its spread, and the difference', () => {
    expect(page).toContain('<td class="group published">0.923</td>')
    expect(page).toContain('title="seeds: 0.91650, 0.91770, 0.91890">0.9177</span> <span class="sd">± 0.0012</span>')
    expect(page).toContain('<td class="better">−0.0053</td>')
    expect(page).toContain('>data not here</span>')
  })

  test('opens with what each paper says, as printed, tuned and the yardstick', () => {
    const [first, second] = page.slice(page.indexOf('At a glance'), page.indexOf('</table>')).split('<tr>').slice(2)
    expect(first).toContain('<td class="published">0.9230</td><td>0.9177</td>')
    expect(first).toContain('title="')
    expect(first).toContain('data not here')
    expect(second).toContain('<td class="published">0.7500</td><td>0.9177</td>')
    expect(reportPage([{ ...paper, glances: [] }], facts)).not.toContain('At a glance')
  })

  test('tags are balanced', () => {
    for (const name of ['div', 'table', 'tr', 'td', 'th', 'section', 'svg', 'g', 'p', 'ul', 'li', 'ol', 'span']) {
      const open = page.match(new RegExp(`<${name}[ >]`, 'g'))?.length
      expect(page.match(new RegExp(`</${name}>`, 'g'))?.length, name).toBe(open)
    }
  })

  test('a quick page says so and shows no differences', () => {
    const quick = reportPage([paper], { ...facts, quick: true })
    expect(quick).toContain('A quick run.')
    expect(quick).not.toContain('−0.0053')
  })
})

test('the files of a report', () => {
  const files = writeReport(join(folder, 'report'), { ...facts, papers: [paper] })
  expect(files.map((file) => file.slice(folder.length + 8))).toEqual([
    'index.html',
    'results.json',
    ...['one', 'curve', 'bars', 'similar', 'checks', 'pairs', 'distribution'].map((id) => `dnn-${id}.csv`),
  ])
  expect(readFileSync(files[0]!, 'utf8')).toBe(page)
  expect(JSON.parse(readFileSync(files[1]!, 'utf8')).papers[0].exhibits).toHaveLength(exhibits.length)
  const lines = readFileSync(files[2]!, 'utf8').split('\n')
  expect(lines[0]).toBe('row,column,paper,mean,sd,difference,values,absent')
  expect(lines[1]).toContain('RMSE <b>,0.923,0.9177,0.0012,-0.0053,0.9165 0.9177 0.9189,')
})

test('what has no figures has no CSV file', () => {
  expect(csvOf(exhibits.find(({ kind }) => kind === 'map')!)).toBeNull()
})

describe('charts', () => {
  test('ticks are round and inside', () => {
    expect(ticks(0.861, 0.953)).toEqual([0.88, 0.9, 0.92, 0.94])
    expect(ticks(0, 26_000_000)).toEqual([0, 1e7, 2e7])
    expect(ticks(3, 3)).toEqual([3])
    expect(tickLabels([0.88, 0.9, 0.92])).toEqual(['0.88', '0.90', '0.92'])
    expect(tickLabels([0, 5e6, 1e7])).toEqual(['0M', '5M', '10M'])
  })

  test('a scale maps its ends onto its ends', () => {
    const scale = linear(1, 5, 100, 300)
    expect([scale(1), scale(3), scale(5)]).toEqual([100, 200, 300])
  })

  test('a line goes down where its figures fall', () => {
    const chart = lineChart({
      name: 'n',
      xLabel: 'epoch',
      yLabel: 'y',
      lines: [
        {
          label: 'a',
          points: [
            { x: 1, y: 2 },
            { x: 2, y: 1 },
          ],
        },
      ],
    })
    const [from, to] = [...chart.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ])
    expect(to![0]).toBeGreaterThan(from![0]!)
    expect(to![1]).toBeGreaterThan(from![1]!)
    expect(chart).toContain('<title>a\nepoch 1: 2.0000</title>')
    expect(lineChart({ name: 'n', xLabel: 'x', yLabel: 'y', lines: [] })).toBe('')
  })

  test('columns are as high as their counts', () => {
    const chart = histogram('n', 'rating', 'ratings', [
      { label: '4', count: 30 },
      { label: '5', count: 10 },
    ])
    const heights = [...chart.matchAll(/<rect [^>]*height="([\d.]+)"/g)].map(([, height]) => Number(height))
    expect(heights[0]! / heights[1]!).toBeCloseTo(3, 1)
    expect(chart).toContain('<title>4: 30 (75.0%)</title>')
  })

  test('bars are as long as their values and absent ones are left out', () => {
    const chart = groupedBars(
      'n',
      ['RMSE', 'MAE'],
      [
        { label: 'a', values: [1, 0.5] },
        { label: 'b', values: [null, null] },
      ],
    )
    const widths = [...chart.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width))
    expect(widths).toHaveLength(2)
    expect(widths[0]! / widths[1]!).toBeCloseTo(2, 5)
    expect(chart).not.toContain('>b</text>')
  })

  test('a scatter names its frequent groups and gathers the rest', () => {
    const points = Array.from({ length: 20 }, (_, n) => ({
      x: n,
      y: n,
      title: `m${n}`,
      group: n < 10 ? 'Drama' : `g${n}`,
    }))
    const chart = scatter('n', points)
    expect(chart.match(/<circle /g)).toHaveLength(20)
    expect(chart).toContain('Drama')
    expect(chart).toContain('other genres')
    expect(chart).toContain('<title>m0\nDrama</title>')
  })

  test('signs', () => {
    expect([signed(0.0031, 4), signed(-0.0031, 4), signed(0, 4), signed(-0.00001, 4)]).toEqual([
      '+0.0031',
      '−0.0031',
      '+0.0000',
      '−0.0000',
    ])
  })
})
