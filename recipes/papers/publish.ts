/**
 * Keeps the results of a report and writes the pages of docs/papers from what is kept, so that no figure there is typed by hand.
 * Usage: npm run papers -- [report/results.json …]   (without a file: only writes the pages again)
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MarqueeError } from '../../src/core/errors.ts'
import type { ResultsDocument } from '../../src/experiments/report/files.ts'
import { type PublishedFacts, paperMarkdown } from '../../src/experiments/report/markdown.ts'
import { type PaperView, viewOf } from '../../src/experiments/view.ts'
import { fullSize, papers } from './index.ts'

/** results/papers/NAME.json. */
export interface PublishedResult extends PublishedFacts {
  readonly paper: PaperView
}

const root = join(import.meta.dirname, '../..')
const resultFile = (name: string): string => join(root, 'results/papers', `${name}.json`)

/** The page of a paper from the recipe's words and the kept figures. */
export function pageOf(name: string): string {
  const recipe = papers.find((paper) => paper.name === name)!
  const words = viewOf(recipe, new Map(), fullSize)
  if (!existsSync(resultFile(name))) return paperMarkdown(words, null)
  const { paper, ...facts } = JSON.parse(readFileSync(resultFile(name), 'utf8')) as PublishedResult
  return paperMarkdown({ ...words, seeds: paper.seeds, exhibits: paper.exhibits, machines: paper.machines }, facts)
}

function keep(path: string): void {
  const { papers: views, ...facts } = JSON.parse(readFileSync(path, 'utf8')) as ResultsDocument
  if (facts.quick)
    throw new MarqueeError('quick-results', 'the results of a quick run are not published', { place: path })
  for (const paper of views) {
    const { version, command } = facts
    // Maps are thousands of points and can be drawn again from the cache; figures are what is kept.
    const exhibits = paper.exhibits.filter(({ kind }) => kind !== 'map')
    const kept: PublishedResult = { version, command, paper: { ...paper, exhibits } }
    writeFileSync(resultFile(paper.name), `${JSON.stringify(kept, null, 1)}\n`)
  }
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(join(root, 'results/papers'), { recursive: true })
  mkdirSync(join(root, 'docs/papers'), { recursive: true })
  for (const path of process.argv.slice(2)) keep(path)
  for (const { name } of papers) writeFileSync(join(root, 'docs/papers', `${name}.md`), pageOf(name))
}
