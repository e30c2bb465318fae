import { describe, expect, it } from 'vitest'
import type { Job } from '../../web/src/api.ts'
import { duration } from '../../web/src/format.ts'
import { type ServerEvent, serverEvents } from '../../web/src/training/server-events.ts'
import { nothingFollowed, shareDone, standing, trainingReducer } from '../../web/src/training/training-state.ts'

const epoch = (n: number, loss: number, fit: 'measured' | 'final' = 'final') => ({
  ...{ fit, epoch: n },
  ...{ loss, validation: loss + 0.1, learningRate: 0.01 },
})
const job = (change: Partial<Job> = {}): Job => ({
  id: 'j1',
  state: 'running',
  model: 'embedding-dot',
  trigger: 'admin',
  started: '2026-11-27T10:00:00Z',
  ended: null,
  progress: { stage: 'training', done: 30, total: 100, epoch: 2, epochs: 4, secondsLeft: 65 },
  epochs: [epoch(1, 0.9)],
  version: null,
  error: null,
  ...change,
})

describe('trainingReducer', () => {
  const followed = trainingReducer(nothingFollowed, { type: 'follow', job: job() })

  it('takes in what is heard', () => {
    const next = trainingReducer(followed, { type: 'heard', job: job({ epochs: [epoch(1, 0.9), epoch(2, 0.8)] }) })
    expect(next.connection).toBe('open')
    expect(next.job!.epochs.map(({ loss }) => loss)).toEqual([0.9, 0.8])
    const done = trainingReducer(next, {
      type: 'heard',
      job: job({ state: 'done', version: 'v2', epochs: [epoch(3, 0.7)] }),
    })
    expect(done.connection).toBe('ended')
    expect(done.job!.epochs.map(({ epoch: n }) => n)).toEqual([1, 2, 3])
  })

  it('never goes backwards: late events neither shorten the curve nor start it again', () => {
    const done = trainingReducer(followed, {
      type: 'heard',
      job: job({ state: 'done', version: 'v2', epochs: [epoch(1, 0.9), epoch(2, 0.8)] }),
    })
    const late = trainingReducer(done, { type: 'heard', job: job() })
    expect(late.job!.state).toBe('done')
    expect(late.job!.version).toBe('v2')
    expect(late.job!.epochs).toHaveLength(2)
    expect(trainingReducer(done, { type: 'lost' }).connection).toBe('ended')
  })

  it('keeps apart the epochs of the two fits, the measured one first', () => {
    const both = [epoch(1, 0.95, 'measured'), epoch(2, 0.85, 'measured'), epoch(1, 0.9)]
    const { job: heard } = trainingReducer(followed, { type: 'heard', job: job({ epochs: both }) })
    expect(heard!.epochs.map(({ fit, epoch: n, loss }) => [fit, n, loss])).toEqual([
      ['measured', 1, 0.95],
      ['measured', 2, 0.85],
      ['final', 1, 0.9],
    ])
  })

  it('keeps apart trainings, and says when the stream is lost', () => {
    expect(trainingReducer(followed, { type: 'heard', job: job({ id: 'other', state: 'failed' }) })).toBe(followed)
    expect(trainingReducer(followed, { type: 'lost' })).toEqual({ job: followed.job, connection: 'lost' })
    expect(trainingReducer(nothingFollowed, { type: 'lost' })).toBe(nothingFollowed)
    expect(trainingReducer(followed, { type: 'follow', job: job({ id: 'j2', epochs: [] }) }).job!.epochs).toEqual([])
    expect(trainingReducer(followed, { type: 'forget' })).toBe(nothingFollowed)
  })
})

describe('where a training stands', () => {
  it('counts epochs and what is done of the one under way', () => {
    expect(shareDone(job())).toBeCloseTo((1 + 0.3) / 4, 9)
    expect(
      shareDone(
        job({ progress: { stage: 'loading', done: 5, total: 20, epoch: null, epochs: null, secondsLeft: null } }),
      ),
    ).toBe(0.25)
    expect(shareDone(job({ progress: null }))).toBeNull()
    expect(
      shareDone(job({ progress: { stage: 'x', done: 5, total: null, epoch: null, epochs: null, secondsLeft: null } })),
    ).toBeNull()
    expect(shareDone(job({ state: 'done', progress: null }))).toBe(1)
  })

  it('says it in a line', () => {
    expect(standing(job(), duration)).toBe('Training, epoch 2 of 4, 1 min 5 s left')
    expect(standing(job({ state: 'failed', error: 'the disk is full' }), duration)).toBe('Failed: the disk is full')
    expect(standing(job({ state: 'done', version: 'v2' }), duration)).toBe('Done: v2')
    expect(standing(job({ state: 'waiting', progress: null }), duration)).toBe('Waiting for its turn')
  })
})

describe('serverEvents', () => {
  const stream =
    ': hello\n\nevent: epoch\ndata: {"a":1}\n\ndata: two\ndata: lines\r\n\r\nid: 7\n\nevent: end\rdata: é\r\rdata: never ended'
  const expected: ServerEvent[] = [
    { event: 'epoch', data: '{"a":1}' },
    { event: 'message', data: 'two\nlines' },
    { event: 'end', data: 'é' },
  ]
  const read = async (pieces: Uint8Array[]): Promise<ServerEvent[]> => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield* pieces
    }
    const events: ServerEvent[] = []
    for await (const event of serverEvents(source())) events.push(event)
    return events
  }

  it('reads events however the bytes are cut', async () => {
    const bytes = new TextEncoder().encode(stream)
    expect(await read([bytes])).toEqual(expected)
    for (const size of [1, 2, 3, 7, 16]) {
      const pieces: Uint8Array[] = []
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
      expect(await read(pieces)).toEqual(expected)
    }
  })
})
