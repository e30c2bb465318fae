import { MarqueeError } from '../core/errors.ts'
import type { PlannedMetric } from './metric-plan.ts'
import type { ItemFacts } from './metrics/definition.ts'
import type { RankedCase } from './protocols/ranked-case.ts'
import type { EmptyRule, MetricDetails } from './types.ts'

/** What a metric came to, with the values behind it where they were wanted. */
export interface Outcome {
  readonly value: number | null
  readonly details?: MetricDetails
}

/** Gathers one metric over the cases of a ranking. */
export interface Tally {
  add(ranked: RankedCase): void
  outcome(): Outcome
}

/** A mean over cases; a division by zero counts as the protocol says. */
class MeanTally implements Tally {
  private sum = 0
  private count = 0
  private readonly ids: number[] = []
  private readonly values: number[] = []
  private unit: 'user' | 'row' = 'user'
  private readonly of: (ranked: RankedCase) => number | null
  private readonly empty: EmptyRule
  private readonly details: boolean

  constructor(of: (ranked: RankedCase) => number | null, empty: EmptyRule, details: boolean) {
    this.of = of
    this.empty = empty
    this.details = details
  }

  add(ranked: RankedCase): void {
    const value = this.of(ranked) ?? { zero: 0, one: 1, 'leave-out': null }[this.empty]
    if (value === null) return
    this.sum += value
    this.count++
    if (!this.details) return
    if (ranked.row !== null) this.unit = 'row'
    this.ids.push(ranked.row ?? ranked.user)
    this.values.push(value)
  }

  outcome(): Outcome {
    const value = this.count === 0 ? null : this.sum / this.count
    const { unit, ids, values } = this
    return this.details ? { value, details: { unit, ids, values } } : { value }
  }
}

/** A figure of how often every item is recommended. */
class ExposureTally implements Tally {
  private readonly exposure: Int32Array
  private readonly k: number
  private readonly of: (exposure: Int32Array) => number
  private cases = 0

  constructor(items: number, k: number, of: (exposure: Int32Array) => number) {
    this.exposure = new Int32Array(items)
    this.k = k
    this.of = of
  }

  add({ list }: RankedCase): void {
    this.cases++
    for (const item of list.items.subarray(0, this.k)) this.exposure[item]!++
  }

  outcome(): Outcome {
    return { value: this.cases === 0 ? null : this.of(this.exposure) }
  }
}

/** The tally of a ranking metric. Throws `no-similarity` before any work where diversity has nothing to go by. */
export function tallyOf(metric: PlannedMetric, facts: ItemFacts, empty: EmptyRule, details: boolean): Tally {
  const { definition } = metric
  const k = metric.k ?? 0
  switch (definition.kind) {
    case 'list':
      return new MeanTally(({ list }) => definition.of(list, k), empty, details)
    case 'items':
      if (definition.name === 'diversity' && !facts.similarity) {
        throw new MarqueeError('no-similarity', 'diversity needs a similarity of items and none was given', {
          place: '--metrics diversity',
          remedy: 'Use data with genres, or pass a similarity.',
        })
      }
      return new MeanTally(
        ({ list }) => (list.items.length === 0 ? null : definition.of(list.items.subarray(0, k), facts)),
        'leave-out',
        details,
      )
    case 'exposure':
      return new ExposureTally(facts.popularity.length, k, (exposure) => definition.of(exposure, facts))
    case 'ranking':
      return new MeanTally(
        ({ sides }) => {
          const { positives, negatives } = sides()
          return definition.of(positives, negatives)
        },
        'leave-out',
        details,
      )
    case 'rating':
      throw new TypeError(`${definition.name} is of ratings, not of a ranking`)
  }
}
