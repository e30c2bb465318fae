import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MarqueeError } from '../core/errors.ts'
import type { Probe } from './paper.ts'
import type { ProbeGround } from './probes.ts'

/** Movies that activate one bottleneck unit. */
export interface UnitCluster {
  readonly unit: number
  readonly movies: readonly string[]
  /** How concentrated the genres are against chance, in words or as figures by name. */
  readonly genres: Readonly<Record<string, number>>
}

type ClusterMaker = (
  ground: ProbeGround,
  probe: Extract<Probe, { kind: 'clusters' }>,
) => Promise<readonly UnitCluster[]>

/** Whether the module behind a probe is part of this version. */
export function hasProbe({ kind }: Probe): boolean {
  if (kind === 'clusters') return urlOf('clusters') !== null
  return true
}

export const clusterMaker = (): Promise<ClusterMaker> => load('clusters', 'reproduceClusters')

/** src/explain/NAME.ts, or dist/explain/NAME.js. */
function urlOf(name: string): URL | null {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const url = new URL(`../explain/${name}.${extension}`, import.meta.url)
  return existsSync(fileURLToPath(url)) ? url : null
}

async function load<T>(name: string, exported: string): Promise<T> {
  const url = urlOf(name)
  const found = url && ((await import(url.href)) as Record<string, unknown>)[exported]
  if (typeof found === 'function') return found as T
  throw new MarqueeError('not-here', `explain/${name} is not part of this version`)
}
