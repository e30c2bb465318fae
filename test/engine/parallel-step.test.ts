import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import {
  add,
  concat,
  dropout,
  Graph,
  gather,
  gemm,
  mul,
  type Node,
  reduceMean,
  relu,
  square,
  sub,
} from '../../src/engine/graph/index.ts'
import type { OptimiserOptions } from '../../src/engine/optimisers/optimiser.ts'
import { trainEpochs } from '../../src/engine/trainer/epochs.ts'
import { Control, commands } from '../../src/engine/trainer/parallel/control.ts'
import { canDivide, ParallelStep } from '../../src/engine/trainer/parallel/parallel-step.ts'
import { partOf, planParallel } from '../../src/engine/trainer/parallel/plan.ts'
import { GraphStep, type Slot, type StepOptions, type TrainingStep } from '../../src/engine/trainer/step.ts'
import { graphTask } from '../../src/engine/trainer/task.ts'

const [users, items, dim, units, batch] = [40, 30, 5, 7, 96]
const made: TrainingStep[] = []
afterEach(async () => {
  for (const step of made.splice(0)) await step.release()
})

const random = new Random(4)
const examples = Array.from({ length: 500 }, () => ({
  // User 0 comes often: its gradients meet from both threads.
  user: random.float() < 0.3 ? 0 : random.int(users),
  item: random.int(items),
  rating: 1 + 4 * random.float(),
}))

interface Choice {
  readonly table?: OptimiserOptions
  readonly dense?: OptimiserOptions
  readonly clip?: number
  readonly masked?: boolean
  readonly threads?: number
}

function options({
  table = { kind: 'adam' },
  dense = { kind: 'adam' },
  clip = 0,
  masked = false,
  threads = 2,
}: Choice): StepOptions {
  const graph = new Graph()
  const parameter = (name: string, ...shape: number[]): Node => graph.parameter(name, shape)
  const [p, q] = [parameter('users', users, dim), parameter('items', items, dim)]
  const rows = [
    gather(p, graph.input('user', ['B'], { dtype: 'int32' })),
    gather(q, graph.input('item', ['B'], { dtype: 'int32' })),
  ]
  const target = graph.input('target', ['B', 1])
  const mask = graph.input('mask', ['B', units])
  const layer = [parameter('w1', 2 * dim, units), parameter('b1', units), parameter('w2', units, 1), parameter('b2', 1)]
  const hidden = relu(gemm(concat(rows, 1), layer[0]!, layer[1]!))
  const output = gemm(masked ? dropout(hidden, mask) : hidden, layer[2]!, layer[3]!)
  const loss = reduceMean(square(sub(output, target)))
  // A penalty on a whole parameter does not depend on the batch; it must count once, not once a thread.
  const penalised = add(loss, mul(reduceMean(square(layer[0]!)), 0.3))
  const first = new Random(9)
  const initialise = (view: Float32Array): void => {
    for (let n = 0; n < view.length; n++) view[n] = 0.4 * first.normal()
  }
  return {
    loss: penalised,
    reported: loss,
    tables: rows.map((row) => ({ rows: row, optimiser: table, initialise })),
    weights: layer.map((node) => ({ parameter: node, optimiser: dense, initialise })),
    inputs: [target],
    masks: masked ? [{ node: mask, keep: 0.7 }] : [],
    batch,
    seed: 3,
    clip,
    threads,
    separable: true,
    fill({ ids, inputs }, chosen) {
      chosen.forEach((row, n) => {
        const { user, item, rating } = examples[row]!
        ids.users![n] = user
        ids.items![n] = item
        inputs.target![n] = rating
      })
    },
  }
}

async function make(kind: typeof GraphStep | typeof ParallelStep, choice: Choice): Promise<TrainingStep> {
  const step = await kind.create(options(choice))
  made.push(step)
  return step
}

const chosen = (n: number, size: number): Int32Array =>
  Int32Array.from({ length: size }, (_, k) => (n * 61 + k * 7) % examples.length)

/** Losses of so many steps; the fourth batch is a small one, as the last of an epoch may be. */
async function run(step: TrainingStep, steps: number, from = 0): Promise<number[]> {
  const losses: number[] = []
  for (let n = from; n < from + steps; n++) {
    step.prepare((n & 1) as 0 | 1, chosen(n, n === 3 ? 13 : batch), n)
    losses.push(await step.run((n & 1) as 0 | 1, 0.01))
  }
  await step.flush()
  return losses
}

const all = ({ weights }: TrainingStep): number[] => Object.values(weights).flatMap((view) => [...view])

describe('a step in parts does what the whole step does', () => {
  const cases: [string, Choice][] = [
    ['exact Adam', {}],
    ['lazy Adam, weight decay', { table: { kind: 'lazy-adam' }, dense: { kind: 'adamw', weightDecay: 0.1 } }],
    ['L2 on every row, momentum', { table: { kind: 'adam', l2: 0.01 }, dense: { kind: 'sgd', momentum: 0.9 } }],
    [
      'Adagrad that starts from a sum',
      { table: { kind: 'row-adagrad', initialSum: 0.1 }, dense: { kind: 'adagrad', initialSum: 0.1 } },
    ],
    ['clipped', { table: { kind: 'sgd' }, dense: { kind: 'sgd' }, clip: 0.5 }],
    ['dropout', { masked: true }],
    ['three threads', { threads: 3 }],
  ]
  test.each(cases)('%s', async (_, choice) => {
    const [whole, parts] = [await make(GraphStep, { ...choice, threads: 1 }), await make(ParallelStep, choice)]
    expect(all(parts)).toEqual(all(whole))
    const [a, b] = [await run(whole, 8), await run(parts, 8)]
    b.forEach((loss, n) => void expect(loss).toBeCloseTo(a[n]!, 4))
    expect(a[7]).not.toBeCloseTo(a[0]!, 2)
    const [w, v] = [all(whole), all(parts)]
    w.forEach((weight, n) => void expect(Math.abs(v[n]! - weight)).toBeLessThan(2e-4))
    expect(parts.counters()).toEqual(whole.counters())
  })
})

test('clipping is by the common norm of all threads: a step is no longer than the limit allows', async () => {
  const step = await make(ParallelStep, { table: { kind: 'sgd' }, dense: { kind: 'sgd' }, clip: 0.5 })
  const before = all(step)
  step.prepare(0, chosen(0, batch), 0)
  await step.run(0, 1)
  await step.flush()
  const moved = Math.sqrt(all(step).reduce((sum, w, n) => sum + (w - before[n]!) ** 2, 0))
  expect(moved).toBeCloseTo(0.5, 4)
})

test('the same seed and threads give the same bits', async () => {
  const runs = [await make(ParallelStep, { masked: true }), await make(ParallelStep, { masked: true })]
  const losses = [await run(runs[0]!, 6), await run(runs[1]!, 6)]
  expect(losses[1]).toEqual(losses[0])
  expect(all(runs[1]!)).toEqual(all(runs[0]!))
})

test('what a checkpoint keeps is enough to go on with the same bits', async () => {
  const through = await make(ParallelStep, {})
  const first = await make(ParallelStep, {})
  const losses = [...(await run(through, 5)), ...(await run(through, 4, 5))]
  await run(first, 5)
  const saved = Object.fromEntries(Object.entries(first.state()).map(([name, view]) => [name, view.slice()]))
  const counters = JSON.parse(JSON.stringify(first.counters())) as ReturnType<TrainingStep['counters']>
  const second = await make(ParallelStep, {})
  for (const [name, view] of Object.entries(second.state())) view.set(saved[name] as never)
  second.restore(counters)
  expect(await run(second, 4, 5)).toEqual(losses.slice(5))
  expect(all(second)).toEqual(all(through))
})

test('weights written into the state, as the best epoch is, are what flush() gives', async () => {
  const step = await make(ParallelStep, {})
  await run(step, 3)
  const kept = Object.fromEntries(Object.keys(step.weights).map((name) => [name, step.state()[name]!.slice()]))
  await run(step, 3)
  for (const [name, view] of Object.entries(kept)) step.state()[name]!.set(view as never)
  await step.flush()
  for (const [name, view] of Object.entries(kept)) expect([...step.weights[name]!]).toEqual([...view])
})

/** Runs as run() does, each batch asked for while the one before it is under way. */
async function runAhead(step: TrainingStep, steps: number, from: number): Promise<number[]> {
  const losses: number[] = []
  const start = (n: number): Promise<number> => {
    step.prepare((n & 1) as 0 | 1, chosen(n, n === 3 ? 13 : batch), n)
    return step.run((n & 1) as 0 | 1, 0.01)
  }
  let next = start(from)
  for (let n = from; n < from + steps; n++) {
    const running = next
    if (n + 1 < from + steps) next = start(n + 1)
    losses.push(await running)
  }
  await step.flush()
  return losses
}

test('a step asked for before the last has ended comes after it: the same bits, after a restore too', async () => {
  const [alone, first, ahead] = await Promise.all([1, 2, 3].map(() => make(ParallelStep, {})))
  await run(first!, 2)
  for (const [name, data] of Object.entries(ahead!.state())) data.set(first!.state()[name]! as never)
  ahead!.restore(first!.counters())
  const losses = [...(await run(alone!, 2)), ...(await run(alone!, 6, 2))]
  expect(await runAhead(ahead!, 6, 2)).toEqual(losses.slice(2))
  expect(ahead!.weights).toEqual(alone!.weights)
  expect(ahead!.counters()).toEqual(alone!.counters())
})

// Nine trainings, whose threads wait for each other: on a busy machine that takes many times as long.
const patient = { timeout: 900_000 }
test('an interrupted training on two threads, resumed, ends with the bits of one that was not', patient, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'marquee-parallel-'))
  const train = async (stopAt: number | null, resume: boolean): Promise<Record<string, Float32Array>> => {
    const step = await make(ParallelStep, { masked: true, clip: 0.5 })
    const task = graphTask({ step, examples: examples.length, unit: 'ratings', batch, random: new Random(6) })
    const stop = new AbortController()
    let reports = 0
    const running = trainEpochs(task, {
      ...{ epochs: 3, learningRate: 0.01, schedule: { kind: 'cosine', epochs: 3 }, fingerprint: 'parallel' },
      checkpoint: { directory: folder, resume },
      signal: stop.signal,
      onProgress: () => {
        if (++reports === stopAt) stop.abort()
      },
    })
    if (stopAt === null) await running
    else await expect(running).rejects.toThrow(`interrupted in epoch`)
    await step.flush()
    return Object.fromEntries(Object.entries(step.weights).map(([name, weights]) => [name, weights.slice()]))
  }
  try {
    const whole = await train(null, false)
    // In an epoch's middle, before its last batch, and at its end: an epoch is six batches and one report more.
    for (const stopAt of [2, 5, 7, 10]) {
      await train(stopAt, false)
      expect(await train(null, true)).toEqual(whole)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('the reason of the thread that failed is told, not that the others miss it', async () => {
  // A slow fill lets the other threads' messages come in first.
  const slow = (slot: Slot): void => {
    slot.ids.users!.fill(users)
    const until = performance.now() + 20
    while (performance.now() < until);
  }
  for (let n = 0; n < 5; n++) {
    const step = await ParallelStep.create({ ...options({}), fill: slow })
    made.push(step)
    step.restore({})
    step.prepare(0, chosen(0, batch), 0)
    const first = step.run(0, 0.01)
    step.prepare(1, chosen(1, batch), 1)
    const second = step.run(1, 0.01)
    const errors = await Promise.allSettled([first, second])
    for (const { status, reason } of errors as PromiseRejectedResult[]) {
      expect(status).toBe('rejected')
      expect(String(reason)).toContain(`the table has ${users} rows`)
    }
  }
})

test('a run of a released step is refused, one under way too', async () => {
  const step = await ParallelStep.create(options({}))
  step.prepare(0, chosen(0, batch), 0)
  const running = step.run(0, 0.01).catch((error: Error) => error.message)
  await step.release()
  expect([await running]).toEqual([expect.anything()])
  await expect(step.run(0, 0.01)).rejects.toThrow('released')
})

test('turns wrap around after 2^31 orders', async () => {
  const control = new Control(1, 0)
  const thread = new Control(1, 0, control.buffer)
  // Orders asked and done so far: the first two flags.
  new Int32Array(control.buffer, 0, 2).fill(2 ** 31 - 3)
  let turn = 2 ** 31 - 3
  for (let n = 0; n < 7; n++) {
    const order = { command: commands.step, slot: (n & 1) as 0 | 1, examples: n, learningRate: n / 8 }
    const asked = control.ask(order)
    expect(thread.take(turn)).toEqual(order)
    thread.lossesOf(turn)[0] = n
    thread.finish(turn)
    await asked.ended
    expect(control.lossesOf(asked.turn)[0]).toBe(n)
    turn = (turn + 1) | 0
  }
  expect(turn).toBe(-(2 ** 31) + 4)
  expect(control.broken).toBe(false)
})

test('an id outside its table stops the step and names it; the step stays stopped', async () => {
  const step = await ParallelStep.create({ ...options({}), fill: ({ ids }) => void ids.users!.fill(users) })
  made.push(step)
  step.prepare(0, chosen(0, batch), 0)
  await expect(step.run(0, 0.01)).rejects.toThrow(`the table has ${users} rows`)
  await expect(step.run(0, 0.01)).rejects.toThrow(`the table has ${users} rows`)
})

test('only what can be divided is', () => {
  const plain = options({ threads: 2 })
  // An example costs 20 times 10 for its rows and 85 for the whole parameters; a part must come to two million.
  const too = { ...plain, batch: 14_100 }
  expect(canDivide(too)).toBe(true)
  expect(canDivide({ ...plain, batch: 13_900 })).toBe(false)
  expect(canDivide(plain)).toBe(false)
  expect(canDivide({ ...too, threads: 1 })).toBe(false)
  expect(canDivide({ ...too, separable: false })).toBe(false)
  expect(canDivide({ ...too, provider: 'wasm' })).toBe(false)
  expect(canDivide({ ...too, fetch: { loss: plain.loss } })).toBe(false)
  expect(canDivide({ ...too, sizes: { U: 3 } })).toBe(false)
})

test('parts cover a batch once, and every parameter has one owner', () => {
  for (const n of [1, 2, 5, 96]) {
    const parts = [0, 1, 2].map((t) => partOf(t + 1, n, 3) - partOf(t, n, 3))
    expect(parts.reduce((a, b) => a + b)).toBe(n)
    expect(Math.max(...parts)).toBeLessThanOrEqual(Math.ceil(n / 3))
  }
  const { tables, weights } = planParallel(options({}), 2)
  expect(new Set([...tables, ...weights].map(({ owner }) => owner))).toEqual(new Set([0, 1]))
  expect(tables[0]!.owner).not.toBe(tables[1]!.owner)
})
