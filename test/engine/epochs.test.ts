import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { type BatchStep, runBatches } from '../../src/engine/trainer/batches.ts'
import { type EpochContext, type EpochTask, trainEpochs } from '../../src/engine/trainer/epochs.ts'

/** Fits one weight to noisy targets by SGD with momentum; order and noise come from a generator that must survive a resume. */
function toyTask({ explodeAt = Number.POSITIVE_INFINITY, validations = null as number[] | null } = {}) {
  const state = { weight: new Float64Array([0]), momentum: new Float64Array([0]) }
  const targets = Float64Array.from({ length: 10 }, (_, i) => 3 + Math.sin(i))
  let random = new Random(5)
  let startState: number[] = random.state()
  let validated = 0
  let steps = 0
  const slots: Int32Array[] = []
  const task: EpochTask = {
    examples: targets.length,
    unit: 'ratings',
    state,
    weights: ['weight'],
    values: () => ({ random: startState, validated }),
    restore: (values) => {
      random = Random.from((values as { random: number[] }).random)
      validated = (values as { validated: number }).validated
    },
    run: async (context) => {
      startState = random.state()
      const order = random.shuffle(Int32Array.from(targets.keys()))
      const outcome = await runBatches({
        order,
        batch: 3,
        context,
        step: {
          prepare: (slot, rows) => {
            slots[slot] = rows.slice()
          },
          run: async (slot, rate) => {
            const rows = slots[slot]!
            let squares = 0
            for (const at of rows) {
              const error = state.weight[0]! - targets[at]!
              state.momentum[0] = 0.9 * state.momentum[0]! + error
              state.weight[0]! -= rate * state.momentum[0]!
              squares += error * error
            }
            return ++steps >= explodeAt ? Number.NaN : squares / rows.length
          },
        },
      })
      if ('loss' in outcome) startState = random.state()
      return outcome
    },
    validate: validations ? async () => validations[validated++]! : undefined,
  }
  return { task, state }
}

const folder = (): string => mkdtempSync(join(tmpdir(), 'marquee-epochs-'))

describe('trainEpochs', () => {
  test('stops early and restores the best epoch', async () => {
    const { task, state } = toyTask({ validations: [0.9, 0.7, 0.8, 0.75, 0.6] })
    const weights: number[] = []
    const run = task.run
    const watched = {
      ...task,
      run: async (c: Parameters<typeof run>[0]) => {
        const outcome = await run(c)
        weights.push(state.weight[0]!)
        return outcome
      },
    }
    const report = await trainEpochs(watched, { epochs: 9, learningRate: 0.05, patience: 2, fingerprint: '{}' })
    expect(report.stopped).toBe('early')
    expect(report.bestEpoch).toBe(2)
    expect(report.epochs.map((e) => e.validation)).toEqual([0.9, 0.7, 0.8, 0.75])
    expect(state.weight[0]).toBe(weights[1])
  })

  test('the schedule sees the validations and sets the rate within an epoch', async () => {
    const plateau = await trainEpochs(toyTask({ validations: [3, 4, 5, 2] }).task, {
      epochs: 4,
      learningRate: 0.1,
      schedule: { kind: 'plateau', factor: 0.5, patience: 2 },
      fingerprint: '{}',
    })
    expect(plateau.epochs.map((e) => e.learningRate)).toEqual([0.1, 0.1, 0.1, 0.05])
    const rates: number[] = []
    const { task } = toyTask()
    const run = task.run
    const rateAt = (c: EpochContext, share: number): number => {
      rates.push(c.rateAt(share))
      return c.rateAt(share)
    }
    await trainEpochs(
      { ...task, run: (c) => run({ ...c, rateAt: (share) => rateAt(c, share) }) },
      { epochs: 1, learningRate: 0.1, schedule: { kind: 'cosine', epochs: 4, warmUp: 1 }, fingerprint: '{}' },
    )
    // Ten examples in batches of three: four steps, warming up linearly.
    expect(rates).toEqual([0, 0.025, 0.05, 0.075].map((r) => expect.closeTo(r, 12)))
  })

  test('a loss that is not a number names the epoch and the batch', async () => {
    const { task } = toyTask({ explodeAt: 7 })
    await expect(trainEpochs(task, { epochs: 3, learningRate: 0.1, fingerprint: '{}' })).rejects.toThrow(
      'the loss is NaN in epoch 2, batch 3 of 4',
    )
  })

  test.each([1, 4, 6, 11])(
    'interrupted after %i batches and resumed: the weights of an uninterrupted run',
    async (after) => {
      const options = { epochs: 4, learningRate: 0.05, fingerprint: '{"seed":5}' }
      const whole = toyTask({ validations: [4, 3, 3.5, 3.2] })
      const wholeReport = await trainEpochs(whole.task, options)

      const directory = folder()
      const controller = new AbortController()
      const first = toyTask({ validations: [4, 3, 3.5, 3.2] })
      let batches = 0
      const stopping = trainEpochs(first.task, {
        ...options,
        signal: controller.signal,
        checkpoint: { directory, resume: false },
        onProgress: () => {
          if (++batches === after) controller.abort()
        },
      })
      await expect(stopping).rejects.toThrow(/interrupted in epoch \d of 4.*--resume/)

      const second = toyTask({ validations: [4, 3, 3.5, 3.2] })
      const report = await trainEpochs(second.task, { ...options, checkpoint: { directory, resume: true } })
      expect(report.epochs.map((e) => [e.epoch, e.validation])).toEqual(
        wholeReport.epochs.map((e) => [e.epoch, e.validation]),
      )
      expect(report.bestEpoch).toBe(2)
      expect(report.epochs.map((e) => e.loss)).toEqual(wholeReport.epochs.map((e) => e.loss))
      expect(second.state.weight[0]).toBe(whole.state.weight[0])
      expect(second.state.momentum[0]).toBe(whole.state.momentum[0])
    },
  )

  test('a checkpoint of another run says what differs', async () => {
    const directory = folder()
    const controller = new AbortController()
    controller.abort()
    const { task } = toyTask()
    const common = { epochs: 3, learningRate: 0.05 }
    await expect(
      trainEpochs(task, {
        ...common,
        signal: controller.signal,
        checkpoint: { directory, resume: false },
        fingerprint: '{"seed":1}',
      }),
    ).rejects.toThrow('--resume')
    await expect(
      trainEpochs(toyTask().task, { ...common, checkpoint: { directory, resume: true }, fingerprint: '{"seed":2}' }),
    ).rejects.toThrow('seed: 1 then, 2 now')
    await expect(
      trainEpochs(toyTask().task, { ...common, checkpoint: { directory: folder(), resume: true }, fingerprint: '{}' }),
    ).rejects.toThrow('there is no checkpoint to resume from')
  })
})

describe('a step that takes the next batch before the last has ended', () => {
  const context = (stopping: () => boolean): EpochContext => ({
    ...{ epoch: 2, learningRate: 1, rateAt: (share: number) => share, cursor: null, report: () => {}, stopping },
  })

  /** Runs end one after another, a turn of the event loop each; what happened is written down. */
  function logging(losses: readonly (number | Error)[]): { step: BatchStep; log: string[] } {
    const log: string[] = []
    let last: Promise<unknown> = Promise.resolve()
    let runs = 0
    const step: BatchStep = {
      ahead: true,
      prepare: (slot, rows, n) => void log.push(`prepare ${slot}: ${rows.join(' ')} (${n})`),
      run: (slot, rate) => {
        const loss = losses[runs++]!
        log.push(`run ${slot} at ${rate}`)
        const mine = last.then(async () => {
          await new Promise((resolve) => setImmediate(resolve))
          log.push(`ended ${slot}`)
          if (loss instanceof Error) throw loss
          return loss
        })
        last = mine.catch(() => {})
        return mine
      },
    }
    return { step, log }
  }
  const order = Int32Array.from([4, 3, 2, 1, 0])

  test('has one batch at work and one waiting, each in its own slot', async () => {
    const { step, log } = logging([1, 2, 6])
    const outcome = await runBatches({ order, batch: 2, context: context(() => false), step })
    expect(outcome).toEqual({ loss: (1 * 2 + 2 * 2 + 6) / 5 })
    expect(log).toEqual([
      'prepare 0: 4 3 (3)',
      'run 0 at 0',
      'prepare 1: 2 1 (4)',
      `run 1 at ${1 / 3}`,
      'ended 0',
      'prepare 0: 0 (5)',
      `run 0 at ${2 / 3}`,
      'ended 1',
      'ended 0',
    ])
  })

  test('is stopped after the batch that was waiting', async () => {
    const { step, log } = logging([1, 2, 6])
    const stopping = (): boolean => log.includes('ended 0')
    const outcome = await runBatches({ order, batch: 2, context: context(stopping), step })
    expect(outcome).toEqual({ cursor: { batches: 2, lossSum: 6 } })
    expect(log.at(-1)).toBe('ended 1')
  })

  test('has nothing under way when an error comes out', async () => {
    for (const losses of [
      [Number.NaN, 1, 1],
      [new Error('worker gone'), new Error('worker gone')],
    ]) {
      const { step, log } = logging(losses)
      await expect(runBatches({ order, batch: 2, context: context(() => false), step })).rejects.toThrow(
        /the loss is NaN in epoch 2, batch 1 of 3|worker gone/,
      )
      expect(log.at(-1)).toBe('ended 1')
    }
  })

  test('waits for the batch under way when the next cannot be made, and leaves no error of it unheard', async () => {
    const { step, log } = logging([new Error('worker gone')])
    const prepare = (slot: 0 | 1, rows: Int32Array, n: number): void => {
      if (n === 4) throw new Error('no such row')
      step.prepare(slot, rows, n)
    }
    const unheard: unknown[] = []
    const listen = (error: unknown): void => void unheard.push(error)
    process.on('unhandledRejection', listen)
    const run = runBatches({ order, batch: 2, context: context(() => false), step: { ...step, prepare } })
    await expect(run).rejects.toThrow('no such row')
    expect(log.at(-1)).toBe('ended 0')
    await new Promise((resolve) => setTimeout(resolve, 20))
    process.off('unhandledRejection', listen)
    expect(unheard).toEqual([])
  })
})
