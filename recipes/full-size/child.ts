/**
 * One cell, or the making of one set, in a process of its own, so that its peak memory is its own: started by parent.ts
 * with a channel on which it is told what to do and tells what it finds.
 */
import { MarqueeError } from '../../src/core/errors.ts'
import type { Cell } from '../../src/experiments/cell.ts'
import { settingsOf } from '../../src/experiments/cell.ts'
import type { FullSizeShape } from '../../src/experiments/full-size.ts'
import { type Bounds, exercise, type Found } from './exercise.ts'
import { writeShape } from './shapes.ts'

export type Task =
  | { readonly kind: 'make'; shape: FullSizeShape; titles: readonly string[]; folder: string; seed: number }
  | { readonly kind: 'cell'; cell: Cell; bounds: Bounds }

export type Message =
  | { readonly kind: 'found'; readonly found: Found; readonly peakBytes: number }
  | { readonly kind: 'failed'; readonly code: string; readonly reason: string; readonly peakBytes: number }
  | { readonly kind: 'done'; readonly peakBytes: number }

const peak = (): number => process.resourceUsage().maxRSS * 1024

async function run(task: Task): Promise<Message> {
  try {
    if (task.kind === 'make') writeShape(task.shape, task.titles, task.folder, task.seed)
    else {
      const { cell, bounds } = task
      const settings = cell.kind === 'data' ? {} : settingsOf(cell.system)
      await exercise(cell, settings, bounds, (found) => {
        process.send!({ kind: 'found', found, peakBytes: peak() } satisfies Message)
      })
    }
    return { kind: 'done', peakBytes: peak() }
  } catch (error) {
    const code = error instanceof MarqueeError ? error.code : error instanceof Error ? error.name : 'unknown'
    return { kind: 'failed', code, reason: error instanceof Error ? error.message : String(error), peakBytes: peak() }
  }
}

// Nobody is there to be told any more.
process.once('disconnect', () => process.exit(1))
process.once('message', (task) => {
  void run(task as Task).then((message) => process.send!(message, () => process.exit(0)))
})
