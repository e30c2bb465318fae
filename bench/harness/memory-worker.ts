/** A thread that moves memory by the compiled kernels, over memory of its own; see memory.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { Random } from '../../src/core/random.ts'
import { arenaBytes, createArena } from '../../src/engine/memory/arena.ts'
import type { MemoryJob, MemorySizes } from './memory.ts'

const { streamBytes, rows, dim, ids: count, seed } = workerData as MemorySizes
const block = 512
const half = Math.floor(streamBytes / 8 / dim)
const arena = await createArena({
  bytes: arenaBytes({ float32: [half * dim, half * dim, half, dim, rows * dim, block * dim], int32: [1, count] }),
})
const source = arena.float32(half * dim).fill(1)
const target = arena.float32(half * dim).fill(2)
const scores = arena.float32(half)
const query = arena.float32(dim).fill(1)
const table = arena.float32(rows * dim).fill(3)
const buffer = arena.float32(block * dim).fill(1e-3)
const first = arena.int32(1)
const ids = arena.int32(count)
const random = new Random(seed)
for (let n = 0; n < count; n++) ids[n] = random.int(rows)
const { kernels } = arena

/** Bytes that the job touched. */
function pass({ kind }: MemoryJob): number {
  if (kind === 'copy') {
    // One row as long as the array: a memory.copy.
    kernels.gatherRows(source, source.length, first, 1, target)
    return 2 * source.byteLength
  }
  if (kind === 'read') {
    kernels.dotScores(source, dim, query, null, scores)
    return source.byteLength
  }
  for (let n = 0; n < count; n += block) {
    const some = ids.subarray(n, Math.min(count, n + block))
    if (kind === 'gather') kernels.gatherRows(table, dim, some, some.length, buffer)
    else kernels.scatterAddRows(table, dim, some, some.length, buffer)
  }
  return count * dim * 4 * (kind === 'gather' ? 1 : 2)
}

/** What the passes must have left behind. */
function check(): void {
  for (const kind of ['copy', 'read', 'gather'] as const) pass({ kind, seconds: 0 })
  const wrong =
    target.some((x) => x !== 1) || scores.some((x) => x !== dim) || buffer.some((x) => x !== 3) ? 'read or copied' : ''
  buffer.fill(1e-3)
  const times = new Int32Array(rows)
  for (const id of ids) times[id]!++
  pass({ kind: 'update', seconds: 0 })
  const off = times.findIndex((n, row) => Math.abs(table[row * dim]! - (3 + n * 1e-3)) > 1e-3 * (1 + n))
  if (wrong || off >= 0) throw new Error(`memory was not ${wrong || `updated in row ${off}`}`)
}

check()
parentPort!.on('message', (job: MemoryJob) => {
  const started = performance.now()
  let bytes = 0
  do bytes += pass(job)
  while (performance.now() - started < job.seconds * 1000)
  parentPort!.postMessage(bytes / ((performance.now() - started) / 1000))
})
parentPort!.postMessage(0)
