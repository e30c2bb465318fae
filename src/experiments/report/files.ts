import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CsvFile } from '../../core/csv-file.ts'
import { MarqueeError } from '../../core/errors.ts'
import type { FigureView } from '../lookup.ts'
import type { ExhibitView, PaperView } from '../view.ts'
import { type ReportFacts, reportPage } from './page.ts'

/** results.json. */
export interface ResultsDocument extends ReportFacts {
  readonly papers: readonly PaperView[]
}

/**
 * Writes index.html, results.json and a CSV file for every exhibit that has figures (PAPER-EXHIBIT.csv) into a folder, and
 * returns the paths. Throws `cannot-write`.
 */
export function writeReport(folder: string, document: ResultsDocument): string[] {
  const { papers, ...facts } = document
  try {
    mkdirSync(folder, { recursive: true })
    const paths = [
      write(folder, 'index.html', reportPage(papers, facts)),
      write(folder, 'results.json', `${JSON.stringify(document, null, 1)}\n`),
    ]
    for (const paper of papers) {
      for (const exhibit of paper.exhibits) {
        const table = csvOf(exhibit)
        if (table) paths.push(writeCsv(join(folder, `${paper.name}-${exhibit.id}.csv`), table))
      }
    }
    return paths
  } catch (cause) {
    if (cause instanceof MarqueeError) throw cause
    throw new MarqueeError('cannot-write', `cannot write the report: ${(cause as Error).message}`, {
      place: folder,
      remedy: 'Name another folder with --out.',
      cause,
    })
  }
}

function write(folder: string, name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(`${path}.partial`, text)
  renameSync(`${path}.partial`, path)
  return path
}

export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** The figures of an exhibit, one a row; null where it has none. */
export function csvOf(view: ExhibitView): Table | null {
  switch (view.kind) {
    case 'table':
      return figures(
        view.rows.flatMap(({ label, figures: row }) =>
          row.map((figure, c) => [label, view.columns[c]!.header, figure] as const),
        ),
      )
    case 'bars':
      return figures(
        view.bars.flatMap(({ label, figures: row }) =>
          row.map((figure, c) => [label, view.metrics[c]!, figure] as const),
        ),
      )
    case 'curves':
      return {
        header: ['series', 'epoch', 'value'],
        rows: view.series.flatMap(({ label, points }) => points.map(({ x, y }) => [label, String(x), String(y)])),
      }
    case 'distribution': {
      const { facts } = view
      if (typeof facts === 'string') return null
      return view.of === 'ratings'
        ? {
            header: ['rating', 'ratings'],
            rows: facts.histogram.map(({ value, count }) => [String(value), String(count)]),
          }
        : { header: ['rank', 'ratings'], rows: facts.perItem.map(({ rank, count }) => [String(rank), String(count)]) }
    }
    case 'similar':
      return {
        header: ['query', 'list', 'rank', 'title', 'similarity'],
        rows: view.lists.flatMap(({ title, published, ours }) =>
          [{ header: 'paper', movies: published }, ...ours].flatMap(({ header, movies }) =>
            'missing' in movies
              ? []
              : movies.map((movie, n) => [title, header, String(n + 1), movie.title, String(movie.similarity)]),
          ),
        ),
      }
    case 'checks':
      return {
        header: ['figure', 'paper', 'ours'],
        rows: view.checks.map(({ label, published, value }) => [
          label,
          String(published),
          value === null ? '' : String(value),
        ]),
      }
    case 'pairs':
      return {
        header: ['user', 'item', 'paper', 'ours'],
        rows: view.pairs.map(({ user, item, published, prediction }) => [
          user,
          item,
          String(published),
          String(prediction),
        ]),
      }
    case 'facts':
      return {
        header: ['figure', ...view.columns],
        rows: view.rows.map(({ label, values }) => [
          label,
          ...values.map((value) => (value === null ? '' : String(value))),
        ]),
      }
    case 'map':
    case 'clusters':
      return null
  }
}

function figures(entries: readonly (readonly [row: string, column: string, figure: FigureView | null])[]): Table {
  const text = (value: number | null | undefined): string =>
    value === null || value === undefined ? '' : String(value)
  return {
    header: ['row', 'column', 'paper', 'mean', 'sd', 'difference', 'values', 'absent'],
    rows: entries.flatMap(([row, column, figure]) => {
      if (!figure) return []
      const paper = text(figure.published)
      if (figure.status === 'absent') return [[row, column, paper, '', '', '', '', figure.reason]]
      const { mean, sd, difference, values } = figure
      return [[row, column, paper, text(mean), text(sd), text(difference), values.join(' '), '']]
    }),
  }
}

function writeCsv(path: string, { header, rows }: Table): string {
  const file = new CsvFile(path, header)
  try {
    for (const row of rows) {
      for (const field of row) file.text(field)
      file.endRow()
    }
    file.close()
  } finally {
    file.discard()
  }
  return path
}
