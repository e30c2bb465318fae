import { join } from 'node:path'
import type { Command } from 'commander'
import { packageVersion } from '../catalogue/artefact.ts'
import { MarqueeError } from '../core/errors.ts'
import { duration } from '../core/progress-line.ts'
import { CellCache } from '../experiments/cache.ts'
import { paperNames } from '../experiments/paper.ts'
import { loadRecipes, papersNamed } from '../experiments/papers.ts'
import { cellsOf, select } from '../experiments/plan.ts'
import { quickPaper } from '../experiments/quick.ts'
import { type ResultsDocument, writeReport } from '../experiments/report/files.ts'
import { type CellProgress, nameOf, type Reproduction, reproduce } from '../experiments/reproduce.ts'
import { type PaperView, viewOf } from '../experiments/view.ts'
import { answer, jsonOption, withProgress } from './common.ts'
import type { Io } from './io.ts'
import { usage } from './resolve.ts'
import { shellWord } from './table.ts'
import { integers, whole } from './values.ts'

interface ReproduceFlags {
  table?: number
  figure?: number
  quick?: boolean
  seeds?: number[]
  threads: number
  out: string
  cache: string
  fresh?: boolean
  finished?: boolean
  json?: boolean
}

export function define(command: Command, io: Io): void {
  command
    .description(
      'Runs the committed recipes of a paper and writes a report with its figures beside ours: index.html, which needs nothing ' +
        'else, results.json, and a CSV file for each table and figure. Finished cells are kept, so that the same command goes on ' +
        'after an interruption.',
    )
    .argument('<paper>', `${paperNames.join(', ')}, or all`)
    .option('--table <n>', 'only this table', whole(1))
    .option('--figure <n>', 'only this figure', whole(1))
    .option('--quick', 'small versions on the shipped ratings: shows that everything runs, not what it reaches')
    .option('--seeds <list>', 'other seeds than the recipes name, such as 1,2,3', integers)
    .option('--threads <n>', 'processor threads; 1 makes every model repeatable', whole(1), 1)
    .option('--out <dir>', 'folder of the report', 'report')
    .option('--cache <dir>', 'folder of finished cells', join('.marquee', 'cells'))
    .option('--fresh', 'compute cells again that are there already')
    .option('--finished', 'compute nothing: the report of the cells that are there')
  jsonOption(command)
    .addHelpText(
      'after',
      `
Examples:
  $ marquee reproduce all --quick
  $ marquee reproduce dnn --table 5 --threads 2
  $ marquee reproduce embedding-dot --out report/embedding-dot`,
    )
    .action((paper: string, flags: ReproduceFlags) => reproducePapers(paper, flags, io))
}

async function reproducePapers(name: string, flags: ReproduceFlags, io: Io): Promise<void> {
  const { table, figure, quick = false, seeds, threads, out, cache: folder, json } = flags
  const { fresh = false, finished = false } = flags
  if (fresh && finished) throw usage('--fresh and --finished do not go together')
  if (table !== undefined && figure !== undefined) throw usage('--table and --figure do not go together')
  const { papers, fullSize } = await loadRecipes()
  const named = papersNamed(papers, name)
  const wanted = select(quick ? named.map(quickPaper) : named, { table, figure, seeds })
  const cache = new CellCache(folder)
  io.stderr(`${cellsOf(wanted).length} cells; finished ones are kept in ${folder}\n`)
  const started = performance.now()
  const found = await withProgress(io, (line) =>
    reproduce(wanted, {
      cache,
      threads,
      fresh,
      finishedOnly: finished,
      signal: io.signal,
      onProgress: line.report,
      onCell: (progress) => {
        line.end()
        if (!finished) io.stderr(`${cellLine(progress)}\n`)
      },
    }),
  )
  const views = found.papers.map((paper) => viewOf(paper, found.outcomes, fullSize))
  const document: ResultsDocument = {
    version: packageVersion(),
    quick,
    command: commandOf(name, flags),
    missing: found.missing,
    papers: views,
  }
  const files = writeReport(out, document)
  const seconds = (performance.now() - started) / 1000
  answer(io, json, { ...document, report: files[0], files, ...counted(found), seconds }, () =>
    summary(views, found, files[0]!, seconds),
  )
  const failed = [...found.outcomes.values()].filter(({ status }) => status === 'failed')
  if (failed.length > 0) {
    throw new MarqueeError('cells-failed', `${failed.length} of ${found.outcomes.size} cells failed`, {
      place: files[0]!,
      remedy: 'The report says why; the same command tries them again.',
    })
  }
}

function cellLine({ done, total, cell, outcome, cached, seconds, left }: CellProgress): string {
  const what =
    outcome.status === 'done'
      ? cached
        ? 'kept from before'
        : duration(seconds)
      : `${outcome.status === 'failed' ? 'FAILED' : 'not available'}: ${outcome.reason}`
  const rest = left === null || done === total ? '' : `; about ${duration(left)} left`
  return `[${done}/${total}] ${nameOf(cell)}: ${what}${rest}`
}

function counted({ outcomes, computed, cached, missing }: Reproduction) {
  const of = (status: string): number => [...outcomes.values()].filter((outcome) => outcome.status === status).length
  return {
    cells: { computed, cached, notAvailable: of('not-available'), failed: of('failed') },
    missingData: missing.map(({ dataset }) => dataset),
  }
}

function summary(views: readonly PaperView[], found: Reproduction, report: string, seconds: number): string {
  const { cells } = counted(found)
  const rest = [
    ...(cells.notAvailable > 0 ? [`${cells.notAvailable} not available`] : []),
    ...(cells.failed > 0 ? [`${cells.failed} failed`] : []),
  ]
  let text = `${cells.computed} cells computed, ${cells.cached} kept from before${rest.map((part) => `, ${part}`).join('')} (${duration(seconds)})\n`
  for (const { reason } of found.missing) text += `not here: ${reason}\n`
  const exhibits = views.reduce((sum, { exhibits: own }) => sum + own.length, 0)
  return `${text}${exhibits} tables and figures of ${views.length === 1 ? views[0]!.name : `${views.length} papers`}: ${report}\n`
}

function commandOf(name: string, { table, figure, quick, seeds, threads, finished, cache }: ReproduceFlags): string {
  const parts = [
    'marquee reproduce',
    name,
    ...(table === undefined ? [] : [`--table ${table}`]),
    ...(figure === undefined ? [] : [`--figure ${figure}`]),
    ...(quick ? ['--quick'] : []),
    ...(seeds === undefined ? [] : [`--seeds ${seeds.join(',')}`]),
    ...(threads === 1 ? [] : [`--threads ${threads}`]),
    ...(finished ? ['--finished', `--cache ${cache}`] : []),
  ]
  return parts.map((part) => (part.includes(' ') ? part : shellWord(part))).join(' ')
}
