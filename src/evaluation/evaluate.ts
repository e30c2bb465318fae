import { MarqueeError } from '../core/errors.ts'
import type { Split } from '../data/splits/spec.ts'
import type { Recommender } from '../models/recommender.ts'
import { type Ground, groundOf } from './ground.ts'
import { type PlannedMetric, parseMetrics } from './metric-plan.ts'
import { RecommendationsFile, writePredictions } from './output.ts'
import { predictPart, type WorkOptions } from './predictions.ts'
import { fullWords, rankFull } from './protocols/full.ts'
import { noCounts, type RankedCase, type RankingCounts } from './protocols/ranked-case.ts'
import { rankRated, ratedWords } from './protocols/rated.ts'
import { rankSampled, sampledWords } from './protocols/sampled.ts'
import { type Outcome, tallyOf } from './tally.ts'
import type { EvaluateOptions, EvaluationResult, MetricDetails, Protocol } from './types.ts'

/**
 * Measures a fitted model on a part of a split. Ranking goes through the model in blocks of users of at most `blockBytes` of scores.
 * Metrics of predicted ratings are null for models that predict none. Throws `not-a-number` where a prediction is NaN, naming the pair;
 * `unknown-metric`, `no-similarity`, `no-validation`, `cannot-write`; `not-able` where the split has profiles and the model takes none,
 * or a predictions file is wanted of a model without ratings.
 */
export async function evaluate(
  model: Recommender,
  split: Split,
  options: EvaluateOptions = {},
): Promise<EvaluationResult> {
  const started = performance.now()
  const { k = 10, part = 'test', protocol = { kind: 'full' }, details = false } = options
  const plan = parseMetrics(options.metrics, k)
  const ground = groundOf(model, split, part)
  const { blockBytes = 64 << 20, onProgress, signal } = options
  const work: WorkOptions = { blockBytes, onProgress, signal }
  const ofRatings = plan.filter(({ definition }) => definition.kind === 'rating')
  const ofRankings = plan.filter(({ definition }) => definition.kind !== 'rating')
  const ranks = ofRankings.length > 0 || options.recommendationsFile !== undefined

  const predictable = model.abilities.ratings && (ofRatings.length > 0 || options.predictionsFile !== undefined)
  if (options.predictionsFile !== undefined && !predictable) {
    throw new MarqueeError('not-able', `${model.name} predicts no ratings that could be written`, {
      place: options.predictionsFile,
      remedy: 'Write recommendations instead, or choose a model of ratings.',
    })
  }
  const wanted = predictable || (ranks && protocol.kind === 'rated')
  const predictions = wanted ? await predictPart(ground, work) : null
  const outcomes = new Map<string, Outcome>()
  for (const metric of ofRatings) {
    outcomes.set(metric.printed, predictable ? errorOf(metric, ground, predictions!, details) : { value: null })
  }
  if (options.predictionsFile !== undefined) writePredictions(options.predictionsFile, ground.part, predictions!)
  const ranking = ranks ? await rank(ofRankings, ground, protocol, predictions, options, work, outcomes) : noCounts()
  return {
    model: { name: model.name, hyperparameters: model.hyperparameters },
    part,
    protocol: { kind: protocol.kind, sampled: protocol.kind === 'sampled', words: wordsOf(protocol) },
    metrics: Object.fromEntries(plan.map(({ printed }) => [printed, outcomes.get(printed)!.value])),
    definitions: Object.fromEntries(plan.map((metric) => [metric.printed, definitionOf(metric, ground)])),
    counts: {
      trainRows: split.train.count,
      validationRows: split.validation?.count ?? 0,
      rows: ground.part.count,
      ratedRows: predictable ? ground.part.count : 0,
      ...ranking,
    },
    ...(details ? { details: detailsOf(outcomes) } : {}),
    seconds: (performance.now() - started) / 1000,
  }
}

/** A metric of predicted ratings; its details are the errors of the rows, before the root of rmse. */
function errorOf(metric: PlannedMetric, ground: Ground, predictions: Float32Array, details: boolean): Outcome {
  const { definition } = metric
  if (definition.kind !== 'rating') throw new TypeError(`${definition.name} is not of ratings`)
  const { rating, count } = ground.part
  const values: number[] = []
  let sum = 0
  for (let row = 0; row < count; row++) {
    const error = definition.error(rating[row]!, predictions[row]!)
    sum += error
    if (details) values.push(error)
  }
  const value = count === 0 ? null : definition.root ? Math.sqrt(sum / count) : sum / count
  return details ? { value, details: { unit: 'row', ids: values.map((_, row) => row), values } } : { value }
}

async function rank(
  metrics: readonly PlannedMetric[],
  ground: Ground,
  protocol: Protocol,
  predictions: Float32Array | null,
  options: EvaluateOptions,
  work: WorkOptions,
  outcomes: Map<string, Outcome>,
): Promise<RankingCounts> {
  const { k = 10, details = false, recommendationsFile, similarity = null } = options
  const empty = protocol.kind === 'rated' ? (protocol.empty ?? 'zero') : 'leave-out'
  // Coverage needs the number of candidates, which the ranking finds out: it is filled in before outcomes are taken.
  const facts = {
    popularity: ground.popularity,
    trainUsers: new Set(ground.train.user).size,
    candidates: 0,
    similarity,
  }
  const tallies = metrics.map((metric) => ({ metric, tally: tallyOf(metric, facts, empty, details) }))
  const file = recommendationsFile === undefined ? null : new RecommendationsFile(recommendationsFile, ground.part, k)
  const visit = (ranked: RankedCase): void => {
    for (const { tally } of tallies) tally.add(ranked)
    file?.add(ranked)
  }
  const depth = Math.max(file ? k : 0, ...metrics.map((metric) => metric.k ?? 0))
  const task = { ...work, ground, depth, visit }
  try {
    const counts =
      protocol.kind === 'full'
        ? await rankFull(protocol, task)
        : protocol.kind === 'rated'
          ? rankRated(protocol, predictions!, task)
          : await rankSampled(protocol, task)
    facts.candidates = counts.candidates
    file?.close()
    for (const { metric, tally } of tallies) {
      const needsRatings =
        protocol.kind === 'rated' &&
        protocol.recommended !== 'first-k' &&
        ['precision', 'recall', 'f'].includes(metric.definition.name)
      const unable = needsRatings && !ground.model.abilities.ratings
      outcomes.set(metric.printed, unable ? { value: null } : tally.outcome())
    }
    return counts
  } finally {
    file?.discard()
  }
}

function wordsOf(protocol: Protocol): string {
  if (protocol.kind === 'full') return fullWords(protocol)
  return protocol.kind === 'rated' ? ratedWords(protocol) : sampledWords(protocol)
}

function definitionOf({ definition, k }: PlannedMetric, ground: Ground): string {
  const { min, max } = ground.part.scale
  const clipped = definition.kind === 'rating' ? `; predictions clipped to ${min} to ${max}` : ''
  return definition.words.replaceAll('first k', `first ${k}`).replaceAll('of k and', `of ${k} and`) + clipped
}

function detailsOf(outcomes: Map<string, Outcome>): Record<string, MetricDetails> {
  const details: Record<string, MetricDetails> = {}
  for (const [name, outcome] of outcomes) if (outcome.details) details[name] = outcome.details
  return details
}
