import type { OptimiserOptions } from '../../optimisers/optimiser.ts'
import { elementsOf, nameOf } from '../sizes.ts'
import type { StepOptions } from '../step.ts'

/** A table as every thread knows it. One thread owns it: gathers its rows for all and updates it. */
export interface TablePlan {
  readonly name: string
  readonly rows: number
  readonly dim: number
  readonly optimiser: OptimiserOptions
  readonly owner: number
}

/** A parameter trained as a whole; its owner sums the threads' gradients and updates it. */
export interface WeightPlan {
  readonly name: string
  readonly size: number
  readonly optimiser: OptimiserOptions
  readonly owner: number
}

/** An input or mask: floats per example. */
export interface FedPlan {
  readonly name: string
  readonly width: number
}

/** Everything that a thread must know to do its part; plain data. */
export interface ParallelPlan {
  readonly threads: number
  /** The largest batch; thread t takes the examples from partOf(t) to partOf(t + 1). */
  readonly batch: number
  readonly tables: readonly TablePlan[]
  readonly weights: readonly WeightPlan[]
  /** Inputs first, then masks. */
  readonly fed: readonly FedPlan[]
  /** Largest common norm of all gradients; 0: not clipped. */
  readonly clip: number
}

/** Where the part of a thread begins in a batch of n. */
export const partOf = (thread: number, n: number, threads: number): number => Math.floor((n * thread) / threads)

/**
 * Deals the parameters out to the threads, the costliest first, each to whoever has least to do. A table costs the rows
 * of a batch, three passes each, or all of itself where its optimiser moves every row; a whole parameter costs its size.
 */
export function planParallel(options: StepOptions, threads: number): ParallelPlan {
  const { batch, tables, weights, inputs, masks = [], clip = 0 } = options
  const load = new Float64Array(threads)
  const wanted = [
    ...tables.map(({ rows, optimiser }) => {
      const [count, ...rest] = rows.inputs[0]!.shape as number[]
      const dim = rest.reduce((n, size) => n * size, 1)
      const whole = (optimiser.l2 ?? 0) !== 0 || (optimiser.l1 ?? 0) !== 0
      const table = { name: nameOf(rows.inputs[0]!), rows: count!, dim, optimiser }
      return { cost: 3 * batch * dim + (whole ? count! * dim : 0), table, weight: null }
    }),
    ...weights.map(({ parameter, optimiser }) => {
      const size = elementsOf(parameter.shape, {})
      return { cost: size, table: null, weight: { name: nameOf(parameter), size, optimiser } }
    }),
  ]
  const owners = new Map<object, number>()
  for (const entry of wanted.toSorted((a, b) => b.cost - a.cost)) {
    const owner = load.indexOf(Math.min(...load))
    load[owner]! += entry.cost
    owners.set(entry, owner)
  }
  const fed = [...inputs, ...masks.map(({ node }) => node)]
  return {
    threads,
    batch,
    tables: wanted.flatMap((entry) => (entry.table ? { ...entry.table, owner: owners.get(entry)! } : [])),
    weights: wanted.flatMap((entry) => (entry.weight ? { ...entry.weight, owner: owners.get(entry)! } : [])),
    fed: fed.map((node) => ({ name: nameOf(node), width: elementsOf(node.shape.slice(1), {}) })),
    clip,
  }
}
