import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { papers } from '../../recipes/papers/index.ts'
import { pageOf } from '../../recipes/papers/publish.ts'
import { paperMarkdown } from '../../src/experiments/report/markdown.ts'
import type { PaperView } from '../../src/experiments/view.ts'

const root = join(import.meta.dirname, '../..')

test.for(papers.map(({ name }) => name))('docs/papers/%s.md is what the committed results give', (name) => {
  const page = join(root, 'docs/papers', `${name}.md`)
  expect(existsSync(page)).toBe(true)
  expect(readFileSync(page, 'utf8'), 'run npm run papers').toBe(pageOf(name))
})

test('a table in Markdown: the paper, ours with its spread, the difference', () => {
  const figure = {
    status: 'value',
    mean: 0.9177,
    sd: 0.0012,
    values: [],
    seeds: 0,
    published: 0.923,
    publishedValues: [0.923],
    difference: -0.0053,
  } as const
  const view: PaperView = {
    name: 'dnn',
    title: 'T',
    authors: 'A',
    claim: 'C',
    protocol: [],
    selection: 'S.',
    notes: [],
    findings: [],
    seeds: [1],
    glances: [],
    fullSize: null,
    machines: ['m, one thread'],
    exhibits: [
      {
        kind: 'table',
        id: 't',
        label: 'Table 1',
        title: 'Errors',
        text: '',
        notes: [{ kind: 'limit', text: 'small' }],
        columns: [{ header: 'RMSE' }],
        rows: [
          { label: 'a|b', tone: 'tuned', figures: [figure] },
          {
            label: 'c',
            tone: null,
            figures: [{ status: 'absent', word: 'data not here', reason: '', published: null, publishedValues: [] }],
          },
        ],
      },
    ],
  }
  const page = paperMarkdown(view, { version: '1', command: 'marquee reproduce dnn' })
  expect(page).toContain(
    [
      '|  | RMSE: paper | ours | difference |',
      '|---|---:|---:|---:|',
      '| a\\|b (tuned) | 0.923 | 0.9177 ± 0.0012 | −0.0053 |',
      '| c |  | data not here |  |',
      '',
      '- **Limit.** small',
    ].join('\n'),
  )
  expect(paperMarkdown(view, null)).not.toContain('0.9177')
})
