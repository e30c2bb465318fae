import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { readArtefact } from '../../../catalogue/artefact-load.ts'
import { saveArtefact } from '../../../catalogue/artefact-save.ts'
import { createModel } from '../../../catalogue/create.ts'
import { MarqueeError, throwIfAborted } from '../../../core/errors.ts'
import type { Progress } from '../../../core/progress.ts'
import { fingerprintOf } from '../../../data/fingerprint.ts'
import { split } from '../../../data/splits/index.ts'
import { evaluate } from '../../../evaluation/index.ts'
import type { FitOptions, Recommender } from '../../../models/recommender.ts'
import type { StoredMovie } from '../../../store/store.ts'
import { baseCount } from '../recommend/person.ts'
import { type StoreRating, trainingData } from './data.ts'
import { inputs, type Told, type TrainingSpec } from './protocol.ts'

const metrics = 'rmse,mae,ndcg@10'
/** Progress is told at most so often, in milliseconds; the end of an epoch always. */
const every = 200

/**
 * Trains and measures. The figures come first, of a model trained from scratch on nine tenths of the ratings and measured on the
 * tenth: the weights of a warm start have seen them all. The artefact is then trained on all ratings, from the
 * old weights where the start is warm, and must answer with numbers before it is written.
 */
export async function train(
  spec: TrainingSpec,
  folder: string,
  signal: AbortSignal,
  say: (told: Told) => void,
): Promise<void> {
  const started = performance.now()
  const old = readArtefact(spec.artefact)
  const base = baseCount(old.manifest, old.ratings.user.length)
  const {
    train: all,
    items,
    storeRatings,
    newUsers,
    newItems,
  } = trainingData(
    { ...old, base },
    (await lines<StoreRating[]>(join(folder, inputs.ratings))).flat(),
    await lines<[string, string]>(join(folder, inputs.takenBack)),
    await lines<StoredMovie>(join(folder, inputs.movies)),
  )
  throwIfAborted(signal, 'training')
  const load = seconds(started)
  const common = { seed: spec.seed, threads: spec.threads, items, signal }

  const parts = split(all, { kind: 'random', ratio: 0.9, seed: spec.seed })
  const trial = await createModel(spec.model, { ...spec.hyperparameters })
  await trial.fit(parts.train, { ...common, onProgress: teller('measuring: training on nine tenths', say, 'measured') })
  const measured = await evaluate(trial, parts, {
    metrics,
    onProgress: teller('measuring on the held-out tenth', say, null),
    signal,
  })
  throwIfAborted(signal, 'training')

  const model = await createModel(spec.model, { ...spec.hyperparameters })
  const start: FitOptions = spec.warmStart ? { start: old.state } : {}
  const report = await model.fit(all, { ...common, ...start, onProgress: teller('training', say, 'final') })
  await check(model, all.count)
  throwIfAborted(signal, 'training')
  say({ kind: 'progress', stage: 'writing the artefact', done: 0, total: null, epoch: null, epochs: null, ended: null })
  const { dataset } = old.manifest
  await saveArtefact(spec.out, {
    model,
    train: all,
    dataset: {
      name: dataset.name,
      items,
      source: { licence: dataset.licence, citation: dataset.citation, files: [] },
      fingerprint: fingerprintOf(all),
      interactions: all,
    },
    split: null,
    seed: spec.seed,
    threads: spec.threads,
    repeatable: report.repeatable,
    metrics: measured.metrics,
    epochs: report.epochs,
    bestEpoch: report.bestEpoch,
    seconds: { load, fit: report.seconds, measure: measured.seconds },
    notes: {
      measured: 'a model of these settings trained from scratch on nine tenths of the ratings, on the other tenth',
      warmStartedFrom: spec.warmStart ? old.manifest.checksum : null,
      trainedThrough: spec.trainedThrough,
      storeRatings,
      newUsers,
      newItems,
    },
  })
}

/** Throws `not-a-number` for a model that should not be put in front of anybody. */
async function check(model: Recommender, count: number): Promise<void> {
  const scores = await model.scoreAll({ profile: [] })
  const bad = scores.findIndex((score) => !Number.isFinite(score))
  if (bad < 0) return
  throw new MarqueeError(
    'not-a-number',
    `trained on ${count} ratings, ${model.name} scores item ${bad} with ${scores[bad]}`,
    {
      remedy: 'Lower the learning rate or raise the regularisation.',
    },
  )
}

/** `fit`: whose epochs are told; null for none. */
function teller(
  stage: string,
  say: (told: Told) => void,
  fit: 'measured' | 'final' | null,
): (progress: Progress) => void {
  let last = Number.NEGATIVE_INFINITY
  return ({ stage: own, done, total, epoch, epochs, ended }) => {
    const now = performance.now()
    if (now - last < every && !(fit && ended)) return
    last = now
    const named = fit === 'final' && own !== 'training' ? `training: ${own}` : stage
    say({
      kind: 'progress',
      stage: named,
      done,
      total,
      epoch: epoch ?? null,
      epochs: epochs ?? null,
      ended: fit && ended ? { ...ended, fit } : null,
    })
  }
}

async function lines<T>(path: string): Promise<T[]> {
  const found: T[] = []
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (line !== '') found.push(JSON.parse(line) as T)
  }
  return found
}

const seconds = (since: number): number => (performance.now() - since) / 1000
