import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { CellResult } from '../../src/experiments/cell.ts'
import type { Exhibit, Paper, System } from '../../src/experiments/paper.ts'

/** A folder for one test file, removed after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'marquee-experiments-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** 12 users x 10 items, every rating but one in five, one second apart. */
export function writeRatings(folder: string): string {
  const rows = ['user,item,rating,timestamp']
  for (let user = 1; user <= 12; user++) {
    for (let item = 1; item <= 10; item++) {
      if ((user + item) % 5 !== 0) rows.push(`${user},${item},${1 + ((user * item) % 9) / 2},${user * 100 + item}`)
    }
  }
  const path = join(folder, 'ratings.csv')
  writeFileSync(path, `${rows.join('\n')}\n`)
  return path
}

export const paperOf = (
  systems: Readonly<Record<string, System>>,
  exhibits: readonly Exhibit[],
  seeds: readonly number[] = [1, 2],
): Paper => ({
  name: 'dnn',
  title: 'A <paper> & its "claims"',
  authors: 'Somebody',
  claim: 'It works.',
  protocol: ['As usual.'],
  selection: 'By hand.',
  notes: [],
  findings: [],
  seeds,
  systems,
  exhibits,
  glances: [],
})

export const resultOf = (metrics: Readonly<Record<string, number | null>>): CellResult => ({
  metrics,
  epochs: [],
  counts: null,
  probes: {},
  data: null,
  seconds: { fit: 1, evaluate: 1 },
  threads: 1,
})

/** A table of one column over systems. */
export const tableOf = (
  rows: readonly { label: string; system: string; metric?: string; published?: number | number[] }[],
  more: { orderBy?: number; better?: 'lower' | 'higher' } = {},
): Exhibit => ({
  kind: 'table',
  id: 'table-1',
  label: 'Table 1',
  number: { kind: 'table', n: 1 },
  title: 'Errors <of> all',
  columns: [{ header: 'RMSE', better: more.better ?? 'lower' }],
  ...(more.orderBy !== undefined && { orderBy: more.orderBy }),
  rows: rows.map(({ label, system, metric = 'rmse', published }) => ({
    label,
    values: [{ system, metric, ...(published !== undefined && { published }) }],
  })),
})
