import { expect, test } from 'vitest'
import { EarlyStopping } from '../../src/engine/early-stopping.ts'
import { createSchedule, type ScheduleOptions } from '../../src/engine/schedules.ts'

const rates = (options: ScheduleOptions, times: number[], base = 0.1): number[] => {
  const schedule = createSchedule(options, base)
  return times.map((time) => Math.round(schedule.learningRate(time) * 1e9) / 1e9)
}

test('constant', () => {
  expect(rates({ kind: 'constant' }, [0, 0.5, 100])).toEqual([0.1, 0.1, 0.1])
})

test('step: changes when an interval is over, also within an epoch', () => {
  const options = { kind: 'step', every: 2.5, factor: 0.5 } as const
  expect(rates(options, [0, 2.49, 2.5, 4.99, 5, 7.5])).toEqual([0.1, 0.1, 0.05, 0.05, 0.025, 0.0125])
})

test('cosine with warm-up', () => {
  const options = { kind: 'cosine', epochs: 10, warmUp: 2, minimum: 0.02 } as const
  // At 4 a quarter of the way down: (1 + cos 45 degrees) / 2; at 6 half.
  const quarter = 0.02 + (0.08 * (1 + Math.SQRT1_2)) / 2
  expect(rates(options, [0, 1, 2, 4, 6, 10, 12])).toEqual([
    0.02,
    0.06,
    0.1,
    Math.round(quarter * 1e9) / 1e9,
    0.06,
    0.02,
    0.02,
  ])
  expect(rates({ kind: 'cosine', epochs: 4 }, [0, 2, 4])).toEqual([0.1, 0.05, 0])
})

test('plateau: after `patience` epochs without a better value the rate falls, and the count begins again', () => {
  const schedule = createSchedule({ kind: 'plateau', factor: 0.5, patience: 2, minDelta: 0.01, minimum: 0.03 }, 0.1)
  const after = (value: number | null): number => {
    schedule.report(value)
    return schedule.learningRate(99)
  }
  // 0.995 is not better than 1 by more than 0.01.
  expect([1, 0.995, 0.9, 0.9, null, 0.95, 0.9, 0.9, 0.9, 0.8].map(after)).toEqual([
    0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.03, 0.03, 0.03,
  ])
})

test('plateau: NaN is never better, and the state goes through JSON', () => {
  const make = () => createSchedule({ kind: 'plateau', factor: 0.1, patience: 2 }, 1)
  const first = make()
  first.report(Number.NaN)
  first.report(2)
  first.report(3)
  const second = make()
  second.restore(JSON.parse(JSON.stringify(first.state())))
  for (const schedule of [first, second]) {
    expect(schedule.learningRate(0)).toBe(1)
    schedule.report(Number.NaN)
    expect(schedule.learningRate(0)).toBeCloseTo(0.1, 12)
  }
  expect(second.state()).toEqual(first.state())
})

test('schedules that make no sense are refused', () => {
  for (const options of [
    { kind: 'step', every: 0, factor: 0.5 },
    { kind: 'step', every: 1, factor: 0 },
    { kind: 'plateau', factor: 0.5, patience: 0 },
    { kind: 'cosine', epochs: 2, warmUp: 2 },
  ] as ScheduleOptions[]) {
    expect(() => createSchedule(options, 1)).toThrow(RangeError)
  }
})

test('early stopping: tells the best epochs, and stops when the patience is used up', () => {
  const stopping = new EarlyStopping({ patience: 3, minDelta: 0.1 })
  const reports = [1, 0.95, 0.8, 0.75, 0.9, 0.71].map((value) => stopping.report(value))
  expect(reports.map((r) => r.best)).toEqual([true, false, true, false, false, false])
  expect(reports.map((r) => r.stop)).toEqual([false, false, false, false, false, true])
  expect([stopping.best, stopping.bestEpoch]).toEqual([0.8, 3])
})

test('early stopping: NaN is never the best, also as the first; the state goes through JSON', () => {
  const first = new EarlyStopping({ patience: 2 })
  expect(first.report(Number.NaN)).toEqual({ best: false, stop: false })
  expect(first.best).toBeNull()
  expect(first.report(5)).toEqual({ best: true, stop: false })
  expect(first.report(6)).toEqual({ best: false, stop: false })
  const second = new EarlyStopping({ patience: 2 })
  second.restore(JSON.parse(JSON.stringify(first.state())))
  expect(second.bestEpoch).toBe(2)
  expect(second.report(6)).toEqual({ best: false, stop: true })
  expect(new EarlyStopping({ patience: 1 }).report(Number.NaN).stop).toBe(true)
  expect(() => new EarlyStopping({ patience: 0 })).toThrow(RangeError)
})
