import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import type { Outcome } from '../../bench/harness/benchmark.ts'
import { close } from '../../bench/harness/check.ts'
import { interleave } from '../../bench/harness/interleave.ts'
import { ratios, summarise } from '../../bench/harness/statistics.ts'

const run = promisify(execFile)
const script = fileURLToPath(new URL('../../bench/run.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'marquee-bench-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the benchmarks run at tiny sizes, check their values and write what they found', async () => {
  const out = join(folder, 'result.json')
  const wanted = ['machine', 'dot-sgd', 'topk']
  const args = wanted.flatMap((name) => ['--only', name])
  const { stdout } = await run(process.execPath, [script, '--quick', ...args, '--out', out])
  const { machine, benchmarks } = JSON.parse(readFileSync(out, 'utf8')) as {
    machine: Record<string, unknown>
    benchmarks: Outcome[]
  }
  expect(machine).toMatchObject({ node: process.version, commit: expect.any(String), cpu: expect.any(String) })
  expect(benchmarks.map(({ name }) => name)).toEqual(wanted)
  for (const { name, failed, figures, checks, targets, peakBytes } of benchmarks) {
    expect(failed, name).toBeNull()
    expect(checks.length, name).toBeGreaterThan(0)
    expect(figures.length, name).toBeGreaterThan(0)
    for (const { median, low, high } of figures) {
      expect(low).toBeLessThanOrEqual(median)
      expect(median).toBeLessThanOrEqual(high)
      expect(median).toBeGreaterThan(0)
    }
    // Tiny sizes say nothing about speed.
    expect(targets.every(({ met }) => met === null)).toBe(true)
    expect(peakBytes).toBeGreaterThan(2 ** 25)
    expect(stdout).toContain(`${name}: `)
  }
})

test('an unknown benchmark or flag is an error that names it', async () => {
  for (const args of [['--only', 'nonsense'], ['--nonsense']]) {
    const failure = await run(process.execPath, [script, ...args]).then(
      () => null,
      (error: { code: number; stderr: string }) => error,
    )
    expect(failure?.code).toBe(2)
    expect(failure?.stderr).toContain('nonsense')
    expect(failure?.stderr).toContain('usage:')
  }
})

test('contenders take turns, in both orders, and warm-up rounds do not count', async () => {
  const calls: string[] = []
  const contender = (name: string) => ({ name, run: () => calls.push(name) })
  const measured = await interleave([contender('a'), contender('b')], { repeats: 2, warmUps: 1 })
  expect(calls.join('')).toBe('baabba')
  expect(measured).toEqual({ a: [3, 6], b: [4, 5] })
})

test('median and quartiles by hand; nothing measured, or something not finite, is an error', () => {
  expect(summarise([4, 1, 3, 2, 5])).toEqual({ median: 3, low: 2, high: 4, repeats: 5 })
  expect(summarise([1, 2])).toEqual({ median: 1.5, low: 1.25, high: 1.75, repeats: 2 })
  expect(ratios([6, 8], [3, 2])).toEqual([2, 4])
  expect(() => summarise([])).toThrow(RangeError)
  expect(() => summarise([1, Number.NaN])).toThrow(RangeError)
  expect(() => ratios([1], [1, 2])).toThrow(RangeError)
})

test('a value that is not the reference stops a benchmark, and so does NaN', () => {
  expect(close('x', [1, 2.001], [1, 2], 1e-3)).toBeCloseTo(0.001 / 3, 6)
  expect(() => close('x', [1, 2.1], [1, 2], 1e-3)).toThrow('x[1] is 2.1, the reference says 2')
  expect(() => close('x', [Number.NaN], [1], 1e-3)).toThrow('x[0] is NaN')
  expect(() => close('x', [1], [Number.NaN], 1e-3)).toThrow('the reference says NaN')
  expect(() => close('x', [1], [1, 2], 1e-3)).toThrow('1 values, the reference has 2')
})
