import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { marquee, temporaryFolder, writeRatings } from './helpers.ts'

const folder = temporaryFolder()
const ratings = writeRatings(join(folder, 'ratings.csv'))
const space = join(folder, 'space.json')
writeFileSync(space, JSON.stringify({ itemDamping: { type: 'float', low: 0.1, high: 50, log: true } }))
const base = ['tune', ratings, '--model', 'bias', '--space', space, '--trials', '4', '--threads', '1']

interface Tuned {
  counts: { finished: number; stopped: number; failed: number }
  best: { trial: number; value: number; hyperparameters: Record<string, number> }
  trials: { value: number }[]
  files: string[]
}

test('searches, writes its files, goes on', async () => {
  const out = join(folder, 'tuned')
  const set = ['--set', 'userDamping=3', '--out', out, '--json']
  const first = await marquee([...base, ...set])
  expect(first.code).toBe(0)
  const document = JSON.parse(first.out) as Tuned
  expect(document.counts).toEqual({ finished: 4, stopped: 0, failed: 0 })
  expect(document.best.value).toBe(Math.min(...document.trials.map(({ value }) => value)))
  expect(document.best.hyperparameters).toMatchObject({ userDamping: 3 })
  for (const file of document.files) expect(existsSync(file)).toBe(true)
  expect(JSON.parse(readFileSync(join(out, 'best.json'), 'utf8'))).toMatchObject({
    hyperparameters: document.best.hyperparameters,
    metric: 'rmse',
  })
  expect((await marquee([...base, ...set])).err).toContain('--resume')
  const more = await marquee([...base, ...set, '--resume', '--trials', '6'])
  expect((JSON.parse(more.out) as Tuned).trials.slice(0, 4)).toEqual(document.trials)
  expect((JSON.parse(more.out) as Tuned).trials.length).toBe(6)
})

test('the table, and the command that measures the best on the test part', async () => {
  const { code, out } = await marquee([...base, '--top', '2'])
  expect(code).toBe(0)
  expect(out).toMatch(/^4 trials finished, 0 stopped early, 0 failed/)
  expect(out).toMatch(/trial +rmse +epoch +itemDamping\n/)
  const command = /marquee (evaluate .*)\n/.exec(out)![1]!
  expect((await marquee([...command.split(' '), '--metrics', 'rmse'])).code).toBe(0)
})

test('one clear error', async () => {
  const said = async (...more: string[]) => (await marquee([...base, ...more])).err
  expect(await said('--resume')).toContain('--resume needs --out DIR')
  expect(await said('--set', 'itemDamping=3')).toContain('--set itemDamping: the search space varies it')
  expect(await said('--metric', 'coverage')).toContain('not one metric of accuracy')
  writeFileSync(join(folder, 'bad.json'), '{"sweeps": {"type": "int", "low": 0, "high": 3}}')
  expect(await said('--space', join(folder, 'bad.json'))).toContain('sweeps = 0: bias does not take it')
})
