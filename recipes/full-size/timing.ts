import { InterruptedError } from '../../src/core/errors.ts'
import type { EpochRecord, OnProgress, Progress } from '../../src/core/progress.ts'

/**
 * Work that was watched: how long it ran, how much of it that was, and how long all of it takes at that pace. Seconds are
 * processor time of all threads of this process: what else the machine does is not counted.
 */
export interface Timed<T> {
  /** Null where it was stopped. */
  readonly value: T | null
  readonly run: number
  /** 1 where it came to its end. */
  readonly share: number
  readonly seconds: number
  /** Epochs that came to their end. */
  readonly epochs: readonly EpochRecord[]
  /** Of the processor's seconds to those of the clock. */
  readonly busy: number
  /** Seconds of one epoch by the pace inside the first; null where there is no such pace. */
  readonly pace: number | null
}

/** A point on the way: processor seconds since the start, and the share of the work (of the epoch) that was done. */
interface Point {
  readonly at: number
  readonly share: number
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Two reports make no pace: the work goes on until there are so many, or it is beyond its seconds so many times. */
const reportsWanted = 10
const patience = 6

/**
 * Runs work and stops it when it is beyond its seconds by the clock: at its next report, if it is still in its first epoch or has none.
 * The pace is that between the first and the last report, so that what comes before the first is not multiplied.
 */
export async function timed<T>(
  seconds: number,
  work: (watch: { onProgress: OnProgress; signal: AbortSignal }) => Promise<T>,
): Promise<Timed<T>> {
  const stop = new AbortController()
  const epochs: EpochRecord[] = []
  let reports = 0
  const started = performance.now()
  const usedBefore = processorSeconds()
  const elapsed = (): number => (performance.now() - started) / 1000
  const used = (): number => processorSeconds() - usedBefore
  const seen: { first: Point | null; last: Point | null } = { first: null, last: null }
  const onProgress = ({ done, total, ended }: Progress): void => {
    if (ended) return void epochs.push(ended)
    if (epochs.length > 0 || !total || done <= 0) return
    const here = { at: used(), share: Math.min(1, done / total) }
    // One stage follows another: only the one that is under way counts.
    if (seen.first === null || here.share < seen.last!.share) {
      seen.first = here
      reports = 0
    }
    seen.last = here
    reports++
    const late = elapsed() > (reports < reportsWanted ? patience * seconds : seconds)
    if (late && here.share < 1) stop.abort()
  }
  try {
    const value = await work({ onProgress, signal: stop.signal })
    const run = used()
    return { value, run, share: 1, seconds: run, epochs, busy: run / elapsed(), pace: null }
  } catch (error) {
    const { first, last } = seen
    if (!(error instanceof InterruptedError) || !first || !last) throw error
    const pace = last.share > first.share ? (last.at - first.at) / (last.share - first.share) : last.at / last.share
    const all = last.at + pace * (1 - last.share)
    return { value: null, run: used(), share: last.share, seconds: all, epochs, busy: used() / elapsed(), pace }
  }
}
