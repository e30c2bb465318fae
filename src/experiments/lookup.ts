import { spread } from '../evaluation/index.ts'
import { type CellResult, cellIdentity, type DataFacts } from './cell.ts'
import { notRun } from './not-run.ts'
import type { DataSpec, Paper, TableValue } from './paper.ts'
import { systemCells } from './plan.ts'
import type { ProbeMissing } from './probes.ts'
import type { Outcome } from './reproduce.ts'

/** A figure as it is shown. */
export interface Figure {
  readonly status: 'value'
  readonly mean: number
  /** Sample standard deviation; null for one value. */
  readonly sd: number | null
  /** One per seed that has been run. */
  readonly values: readonly number[]
  /** How many seeds there are to be. */
  readonly seeds: number
  /** Mean of the paper's figures; null where it has none. */
  readonly published: number | null
  readonly publishedValues: readonly number[]
  /** mean - published. */
  readonly difference: number | null
}

/** A figure that is not there. */
export interface Absent {
  readonly status: 'absent'
  /** Short: "data not here", "not available", "failed", "cannot". */
  readonly word: string
  readonly reason: string
  readonly published: number | null
  readonly publishedValues: readonly number[]
}

export type FigureView = Figure | Absent

/** "1 of 3 seeds" where not all have been run; else nothing. */
export const seedsSoFar = ({ values, seeds }: Figure): string =>
  values.length < seeds ? `${values.length} of ${seeds} seeds` : ''

/** Reads outcomes for the exhibits of one paper. */
export class Lookup {
  private readonly paper: Paper
  private readonly outcomes: ReadonlyMap<string, Outcome>

  constructor(paper: Paper, outcomes: ReadonlyMap<string, Outcome>) {
    this.paper = paper
    this.outcomes = outcomes
  }

  figure({ system, metric, published }: TableValue): FigureView {
    const publishedValues = published === undefined ? [] : typeof published === 'number' ? [published] : published
    const printed = { published: publishedValues.length === 0 ? null : spread(publishedValues).mean, publishedValues }
    const values: number[] = []
    const outcomes = this.ofSystem(system)
    const some = outcomes.some((outcome) => typeof outcome !== 'string')
    for (const outcome of outcomes) {
      // Seeds that are still to be run are left out, and counted; one that failed is not passed over.
      if (outcome === notRun && some) continue
      if (typeof outcome === 'string') return { status: 'absent', ...words(outcome), ...printed }
      const value = outcome.metrics[metric]
      if (value === undefined || value === null) {
        const reason = `${this.paper.systems[system]!.model} gives no ${metric}`
        return { status: 'absent', word: 'none', reason, ...printed }
      }
      values.push(value)
    }
    const { mean, sd } = spread(values)
    const difference = printed.published === null ? null : mean - printed.published
    return { status: 'value', mean, sd, values, seeds: outcomes.length, ...printed, difference }
  }

  /** The result of the first seed, or why there is none. */
  first(system: string): CellResult | string {
    return this.ofSystem(system)[0]!
  }

  /** What a probe found with the first seed, or why it found nothing. */
  probe<T>(system: string, id: string): T | ProbeMissing {
    const result = this.first(system)
    if (typeof result === 'string') return { missing: result }
    if (id in result.probes) return result.probes[id] as T | ProbeMissing
    return { missing: 'the module that makes it is not part of this version' }
  }

  data(data: DataSpec): DataFacts | string {
    const outcome = this.outcomes.get(cellIdentity({ kind: 'data', data }))
    if (!outcome) return notRun
    return outcome.status === 'done' ? outcome.result.data! : outcome.reason
  }

  private ofSystem(id: string): (CellResult | string)[] {
    return systemCells(this.paper, id).map((cell) => {
      const outcome = this.outcomes.get(cellIdentity(cell))
      if (!outcome) return notRun
      if (outcome.status === 'done') return outcome.result
      return outcome.status === 'failed' ? `failed: ${outcome.reason}` : outcome.reason
    })
  }
}

export const isMissing = (answer: unknown): answer is ProbeMissing =>
  typeof answer === 'object' && answer !== null && 'missing' in answer

/** A word for a table, and the whole reason. */
export function words(reason: string): { word: string; reason: string } {
  if (reason === notRun) return { word: notRun, reason }
  if (reason.startsWith('failed')) return { word: 'failed', reason }
  if (/ is not in .*marquee data get/.test(reason)) return { word: 'data not here', reason }
  return { word: 'not available', reason }
}
