import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { marquee, temporaryFolder } from './helpers.ts'

const folder = temporaryFolder()
const out = join(folder, 'report')
const command = ['reproduce', 'embedding-dot', '--quick', '--out', out, '--cache', join(folder, 'cells')]

test('--quick of a paper from end to end on the shipped ratings, and again from the cache', {
  timeout: 900_000,
}, async () => {
  const first = await marquee(command)
  expect(first.err).toContain('[1/')
  expect(first.code, first.err).toBe(0)
  expect(first.out).toMatch(/0 kept from before/)
  expect(first.out).toContain(join(out, 'index.html'))
  const page = readFileSync(join(out, 'index.html'), 'utf8')
  expect(page).toContain('A quick run.')
  expect(page).toContain('Toy Story (1995)')
  expect(page).not.toMatch(/<script|<link|src="http/)
  const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'))
  expect(results).toMatchObject({ quick: true, missing: [] })
  const checks = results.papers[0].exhibits.find(({ id }: { id: string }) => id === 'parameters').checks
  expect(checks[0]).toMatchObject({ published: 7_113_531, value: 7_113_531 })
  expect(existsSync(join(out, 'embedding-dot-held-out.csv'))).toBe(true)

  const again = await marquee([...command, '--json'])
  expect(again.code, again.err).toBe(0)
  const document = JSON.parse(again.out)
  expect(document.cells).toMatchObject({ computed: 0, failed: 0 })
  expect(document.cells.cached).toBeGreaterThan(3)
  expect(document.papers).toEqual(results.papers)
})

test('--finished computes nothing and reports what is there', async () => {
  const none = await marquee(['reproduce', 'ncf', '--quick', '--finished', '--json', '--out', out, '--cache', folder])
  expect(none.code, none.err).toBe(0)
  const { cells, command: made } = JSON.parse(none.out)
  expect(cells).toMatchObject({ computed: 0, cached: 0, failed: 0 })
  expect(cells.notAvailable).toBeGreaterThan(3)
  expect(made).toBe(`marquee reproduce ncf --quick --finished --cache ${folder}`)
  const some = await marquee([...command, '--finished', '--json'])
  expect(JSON.parse(some.out).cells).toMatchObject({ computed: 0, notAvailable: 0 })
  expect((await marquee([...command, '--finished', '--fresh'])).code).toBe(2)
})

test('mistakes are named before anything runs', async () => {
  expect(await marquee(['reproduce', 'bert'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('there is no paper "bert". The papers are dnn, autoencoder'),
  })
  expect(await marquee(['reproduce', 'dnn', '--table', '9'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('dnn has no table 9'),
  })
  expect((await marquee(['reproduce', 'dnn', '--table', '2', '--figure', '3'])).code).toBe(2)
  expect((await marquee(['reproduce'])).code).toBe(2)
})

test('an interrupted run exits with 130 and says how to go on', async () => {
  const stop = new AbortController()
  stop.abort()
  const cache = join(folder, 'stopped')
  const ran = await marquee(['reproduce', 'ncf', '--quick', '--out', out, '--cache', cache], stop.signal)
  expect(ran.code).toBe(130)
  expect(ran.err).toContain('the same command goes on from them')
})
