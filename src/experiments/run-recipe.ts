import { createModel } from '../catalogue/create.ts'
import type { OnProgress } from '../core/progress.ts'
import { loadDataset } from '../data/index.ts'
import { type Split, splits } from '../data/splits/index.ts'
import { type Comparison, compare, type EvaluationResult, evaluate, type Spread, spread } from '../evaluation/index.ts'
import type { Recipe, RecipeModel, Target } from './recipe.ts'

/** One fit and one look at the test part. */
export interface RecipeRun {
  readonly model: string
  readonly seed: number
  /** From 1; 1 for splits without folds. */
  readonly fold: number
  readonly metrics: Readonly<Record<string, number | null>>
  readonly epochs: number
  readonly seconds: { readonly fit: number; readonly evaluate: number }
}

/** A model against the baseline on the same test rows, same seed, same fold. */
export interface RecipeComparison extends Comparison {
  readonly model: string
  readonly baseline: string
  readonly seed: number
  readonly fold: number
}

/** Plain JSON. */
export interface RecipeResult {
  readonly recipe: Recipe
  readonly dataset: { readonly name: string; readonly fingerprint: string; readonly ratings: number }
  /** The protocol in words. */
  readonly protocol: string
  readonly counts: EvaluationResult['counts']
  readonly runs: readonly RecipeRun[]
  /** By model and metric: mean, spread and each value; null for what a model cannot do. */
  readonly summary: Readonly<Record<string, Readonly<Record<string, Spread | null>>>>
  readonly comparisons: readonly RecipeComparison[]
  readonly targets: readonly (Target & { readonly value: number; readonly reached: boolean })[]
}

/** Runs a recipe as it stands. Throws what loading, fitting and evaluating throw. */
export async function runRecipe(recipe: Recipe, onProgress?: OnProgress): Promise<RecipeResult> {
  const dataset = await loadDataset(recipe.dataset, onProgress ? { onProgress } : {})
  const runs: RecipeRun[] = []
  const comparisons: RecipeComparison[] = []
  let first: EvaluationResult | null = null
  const parts = splits(dataset.interactions, recipe.split)
  for (const [n, part] of parts.entries()) {
    for (const seed of recipe.seeds) {
      const results = new Map<string, EvaluationResult>()
      for (const model of recipe.models) {
        const { run, result } = await runOnce(recipe, model, part, seed, n + 1, onProgress)
        runs.push(run)
        results.set(model.model, result)
        first ??= result
      }
      comparisons.push(...comparisonsOf(recipe, results, seed, n + 1))
    }
  }
  const summary = summaryOf(recipe, runs)
  return {
    recipe,
    dataset: { name: dataset.name, fingerprint: dataset.fingerprint, ratings: dataset.interactions.count },
    protocol: first!.protocol.words,
    counts: first!.counts,
    runs,
    summary,
    comparisons,
    targets: recipe.targets.map((target) => {
      const value = summary[target.model]?.[target.metric]?.mean ?? Number.NaN
      const reached = value <= (target.atMost ?? value) && value >= (target.atLeast ?? value)
      return { ...target, value, reached }
    }),
  }
}

async function runOnce(
  recipe: Recipe,
  { model: name, hyperparameters = {} }: RecipeModel,
  part: Split,
  seed: number,
  fold: number,
  onProgress: OnProgress | undefined,
): Promise<{ run: RecipeRun; result: EvaluationResult }> {
  const model = await createModel(name, { ...hyperparameters })
  const report = await model.fit(part.train, {
    seed,
    threads: recipe.threads,
    ...(onProgress && { onProgress: (p) => onProgress({ ...p, stage: `${name}, seed ${seed}: ${p.stage}` }) }),
  })
  const result = await evaluate(model, part, {
    metrics: recipe.metrics,
    details: recipe.baseline !== undefined,
    ...(recipe.protocol && { protocol: recipe.protocol }),
  })
  const seconds = { fit: report.seconds, evaluate: result.seconds }
  return { run: { model: name, seed, fold, metrics: result.metrics, epochs: report.epochs.length, seconds }, result }
}

function comparisonsOf(
  recipe: Recipe,
  results: ReadonlyMap<string, EvaluationResult>,
  seed: number,
  fold: number,
): RecipeComparison[] {
  const { baseline } = recipe
  if (baseline === undefined) return []
  const against = results.get(baseline)
  if (!against) throw new RangeError(`recipe ${recipe.name}: its baseline "${baseline}" is not among its models`)
  const comparisons: RecipeComparison[] = []
  for (const [model, result] of results) {
    if (model === baseline) continue
    for (const metric of recipe.metrics) {
      const name = Object.keys(result.metrics).find((printed) => printed === metric)
      if (!name || result.metrics[name] === null || against.metrics[name] === null) continue
      comparisons.push({ model, baseline, seed, fold, ...compare(result, against, name) })
    }
  }
  return comparisons
}

function summaryOf(recipe: Recipe, runs: readonly RecipeRun[]): Record<string, Record<string, Spread | null>> {
  const summary: Record<string, Record<string, Spread | null>> = {}
  for (const { model } of recipe.models) {
    const own = runs.filter((run) => run.model === model)
    summary[model] = {}
    for (const metric of Object.keys(own[0]!.metrics)) {
      const values = own.map((run) => run.metrics[metric]!)
      summary[model][metric] = values.some((value) => value === null) ? null : spread(values)
    }
  }
  return summary
}
