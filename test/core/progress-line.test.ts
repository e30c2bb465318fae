import { expect, test } from 'vitest'
import type { Progress } from '../../src/core/progress.ts'
import { duration, ProgressLine, short } from '../../src/core/progress-line.ts'

function recorded(tty: boolean, columns = 120) {
  const clock = { now: 0 }
  const written: string[] = []
  const line = new ProgressLine({ write: (text) => void written.push(text), tty, columns, now: () => clock.now })
  const at = (now: number, progress: Progress): void => {
    clock.now = now
    line.report(progress)
  }
  return { line, written, at, clock }
}
const training = (epoch: number, done: number): Progress => ({
  stage: 'training',
  done,
  total: 1000,
  unit: 'ratings',
  epoch,
  epochs: 4,
  figures: { loss: 0.123456 },
})

test('a pipe gets a line every five seconds and one at the end', () => {
  const { line, written, at, clock } = recorded(false)
  at(0, training(1, 0))
  at(1000, training(1, 500))
  at(5000, training(2, 1000))
  at(6000, training(3, 0))
  clock.now = 10_000
  at(10_000, training(4, 1000))
  line.end()
  expect(written.join('')).toBe(
    'training  epoch 2/4  50% of 4.0k ratings  400 ratings/s  5.0 s left  loss 0.1235\n' +
      'training  epoch 4/4  100% of 4.0k ratings  400 ratings/s  loss 0.1235\n' +
      'training  epoch 4/4  100% of 4.0k ratings  400 ratings/s  10 s  loss 0.1235\n',
  )
})

test('a terminal gets one line, drawn over, never wider than the terminal', () => {
  const { line, written, at } = recorded(true, 60)
  for (let now = 0; now <= 2000; now += 10) at(now, training(1, now / 2))
  line.end()
  expect(written.length).toBeLessThan(30)
  for (const text of written.slice(0, -1)) {
    expect(text.startsWith('\r')).toBe(true)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's own codes
    expect(text.replace(/\r|\x1b\[K/g, '').length).toBeLessThan(60)
  }
  expect(written.at(-1)).toBe('\n')
  expect(written.join('')).toContain('█')
})

test('a stage that is over at once leaves nothing', () => {
  const { line, written, at } = recorded(false)
  at(0, training(1, 0))
  at(100, training(4, 1000))
  line.end()
  line.end()
  expect(written).toEqual([])
})

test('after a resume the rate counts from where the stage began', () => {
  const { written, at } = recorded(false)
  at(0, training(3, 0))
  at(5000, training(3, 500))
  expect(written.join('')).toContain('62% of 4.0k ratings  100 ratings/s  15 s left')
})

test('work of unknown size has no share', () => {
  const { written, at } = recorded(false)
  at(0, { stage: 'reading', done: 0, total: null, unit: 'bytes' })
  at(5000, { stage: 'reading', done: 5e6, total: null, unit: 'bytes' })
  expect(written.join('')).toBe('reading  5.0M bytes  1.0M bytes/s\n')
})

test('numbers and times', () => {
  expect([999, 1000, 12_345, 4_500_000, 123_456_789, 2e9].map(short)).toEqual([
    '999',
    '1.0k',
    '12.3k',
    '4.5M',
    '123M',
    '2.0G',
  ])
  expect([0.84, 12.4, 185, 7800].map(duration)).toEqual(['0.8 s', '12 s', '3 min 05 s', '2 h 10 min'])
})
