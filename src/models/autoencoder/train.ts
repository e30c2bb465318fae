import type { OnProgress } from '../../core/progress.ts'
import type { Random } from '../../core/random.ts'
import type { Csr, Interactions } from '../../data/interactions.ts'
import type { CheckpointPlace } from '../../engine/trainer/checkpoint.ts'
import { type EpochReport, trainEpochs } from '../../engine/trainer/epochs.ts'
import { graphTask } from '../../engine/trainer/task.ts'
import { type Encoding, RowBaseline } from './baseline.ts'
import { RowNetwork, type RowShape } from './network.ts'
import { type Normalise, RowBatches, type Withhold } from './rows.ts'
import { RowRuntime, type RowWeights } from './runtime.ts'
import { createRowStep, type RowStepSettings, rowSchedules } from './step.ts'

/** Everything that training a row autoencoder is told by its model. */
export interface RowSettings extends RowStepSettings {
  readonly shape: Omit<RowShape, 'columns'>
  readonly encoding: Encoding
  readonly damping: number
  readonly normalise: Normalise
  readonly withhold: Withhold
  readonly inputDropout: number
  readonly learningRate: number
  readonly schedule: keyof typeof rowSchedules
  readonly epochs: number
  readonly patience: number
}

/** Ratings seen from one side. */
export interface RowSide {
  readonly rows: Csr
  readonly columns: Csr
}

export function sideOf(train: Interactions, side: 'user' | 'item'): RowSide {
  const [users, items] = [train.byUser(), train.byItem()]
  return side === 'user' ? { rows: users, columns: items } : { rows: items, columns: users }
}

/** A network with what it needs to answer. */
export interface RowParts {
  readonly network: RowNetwork
  readonly baseline: RowBaseline
  readonly weights: RowWeights
  readonly runtime: RowRuntime
}

export function partsOf(
  settings: Pick<RowSettings, 'shape' | 'normalise'>,
  baseline: RowBaseline,
  weights: RowWeights,
  threads: number,
): RowParts {
  const network = new RowNetwork({ ...settings.shape, columns: baseline.columns.length })
  const runtime = new RowRuntime(network, weights, { baseline, normalise: settings.normalise, threads })
  return { network, baseline, weights, runtime }
}

export interface RowTraining {
  readonly side: RowSide
  /** Mean rating. */
  readonly mean: number
  readonly settings: RowSettings
  readonly random: Random
  readonly seed: number
  readonly threads: number
  /** What an example is called in progress. */
  readonly unit: string
  /** First weights by parameter name; those not named are drawn. */
  readonly start?: RowWeights | undefined
  /** The validation metric of weights as they are; absent without validation data. */
  readonly validate?: ((parts: RowParts) => Promise<number>) | undefined
  readonly onProgress?: OnProgress | undefined
  readonly signal?: AbortSignal | undefined
  readonly checkpoint?: CheckpointPlace | undefined
  /** Besides settings, seed and threads. */
  readonly fingerprint: Readonly<Record<string, unknown>>
}

/** Trains a row autoencoder; `weights` are copies. */
export async function trainRows(training: RowTraining): Promise<{ report: EpochReport; parts: RowParts }> {
  const { side, mean, settings, random, seed, threads, unit, start, validate, onProgress, signal, checkpoint } =
    training
  const { shape, encoding, damping, normalise, withhold, inputDropout, batch, epochs, learningRate } = settings
  const { schedule, patience } = settings
  const baseline = RowBaseline.fit(side.columns, mean, { encoding, damping })
  const network = new RowNetwork({ ...shape, columns: baseline.columns.length })
  const batches = new RowBatches({
    ...{ csr: side.rows, baseline, withhold, inputDropout, normalise, batch, seed },
    bags: shape.presence ? ['input', 'presence'] : ['input'],
    width: shape.layers.at(-1)!,
  })
  const step = await createRowStep(network, batches, baseline, settings, {
    ...{ random: random.fork('weights'), seed, threads, start },
  })
  const live = partsOf(settings, baseline, step.weights, threads)
  try {
    const report = await trainEpochs(
      graphTask({
        step,
        examples: batches.examples,
        unit,
        batch: Math.min(batch, batches.examples),
        random: random.fork('order'),
        beginEpoch: (epoch) => batches.beginEpoch(epoch),
        validate: validate ? () => validate(live) : undefined,
      }),
      {
        epochs,
        learningRate,
        schedule: rowSchedules[schedule](epochs),
        patience: validate ? patience : null,
        onProgress,
        signal,
        checkpoint,
        fingerprint: JSON.stringify({ ...training.fingerprint, ...settings, seed, threads }),
      },
    )
    await step.flush()
    const weights = Object.fromEntries(Object.entries(step.weights).map(([name, view]) => [name, view.slice()]))
    return { report, parts: partsOf(settings, baseline, weights, threads) }
  } finally {
    await live.runtime.release()
    await step.release()
  }
}
