import type { EpochContext, EpochOutcome } from './epochs.ts'
import { diverged } from './epochs.ts'

/**
 * One optimiser step on one mini-batch, in two halves so that the next batch can be made while this one is worked on. A
 * ParallelStep works in threads of its own, so there the two happen together. A GraphStep on cpu works on the calling
 * thread (onnxruntime-node 1.30 does), so there they follow each other.
 */
export interface BatchStep {
  /** Fills a slot's buffers with the examples `rows`. Slots take turns; `step` counts batches from the start of training. */
  prepare(slot: 0 | 1, rows: Int32Array, step: number): void
  /** Runs the slot's batch and updates the weights; the mean loss of its examples. */
  run(slot: 0 | 1, learningRate: number): Promise<number>
  /** The next batch's run may be called before the last one's has ended: it starts when that has. */
  readonly ahead?: boolean
}

/** Where an interrupted epoch goes on: batches done and the loss summed over their examples. */
interface Cursor {
  readonly batches: number
  readonly lossSum: number
}

export interface BatchOptions {
  /** The epoch's examples in the order they are visited; the last batch may be smaller. */
  readonly order: Int32Array
  readonly batch: number
  readonly context: EpochContext
  readonly step: BatchStep
}

/** Visits every example of `order` once. Throws `diverged`, naming epoch and batch, as soon as a loss is not finite. */
export async function runBatches({ order, batch, context, step }: BatchOptions): Promise<EpochOutcome> {
  const count = Math.ceil(order.length / batch)
  const before = (context.epoch - 1) * count
  const start = context.cursor as Cursor | null
  let lossSum = start?.lossSum ?? 0
  const rowsOf = (b: number): Int32Array => order.subarray(b * batch, Math.min((b + 1) * batch, order.length))
  const first = start?.batches ?? 0
  if (first < count) step.prepare(slotOf(first), rowsOf(first), before + first)
  let running: Promise<number> | null = null
  let next: Promise<number> | null = null
  const run = (b: number): Promise<number> => {
    const loss = step.run(slotOf(b), context.rateAt(b / count))
    // Its error comes out where it is awaited; until then it is nobody's.
    loss.catch(() => {})
    return loss
  }
  try {
    for (let b = first; b < count; b++) {
      running = next ?? run(b)
      next = null
      if (b + 1 < count && !context.stopping()) {
        step.prepare(slotOf(b + 1), rowsOf(b + 1), before + b + 1)
        if (step.ahead) next = run(b + 1)
      }
      const loss = await running
      if (!Number.isFinite(loss)) {
        throw diverged(`the loss is ${loss} in epoch ${context.epoch}, batch ${b + 1} of ${count}`)
      }
      lossSum += loss * rowsOf(b).length
      const done = Math.min((b + 1) * batch, order.length)
      context.report(done, lossSum / done)
      if (context.stopping() && b + 1 < count && !next) return { cursor: { batches: b + 1, lossSum } satisfies Cursor }
    }
  } finally {
    // Only after an error is a batch still under way.
    await Promise.allSettled([running, next])
  }
  return { loss: lossSum / order.length }
}

const slotOf = (b: number): 0 | 1 => (b & 1) as 0 | 1
