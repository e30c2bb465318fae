import { cpus } from 'node:os'
import type { CellResult } from './cell.ts'

/** What a cell says of where it was computed. */
export const thisMachine = (): string => `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`

/** Where cells were computed, most first, with their threads: those that are kept may come from other machines than this one. */
export function machinesOf(results: readonly Pick<CellResult, 'machine' | 'threads'>[]): string[] {
  const counts = new Map<string, number>()
  for (const { machine = 'a machine that was not noted', threads } of results) {
    const name = `${machine}, ${threads === 1 ? 'one thread' : `${threads} threads`}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const ordered = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return ordered.map(([name, count]) => (ordered.length === 1 ? name : `${name} (${count} of ${results.length} cells)`))
}
