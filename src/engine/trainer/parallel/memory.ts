import { type Arena, arenaBytes } from '../../memory/arena.ts'
import { createDenseOptimiser, denseOptimiserBytes } from '../../optimisers/dense.ts'
import type { DenseOptimiser, TableOptimiser } from '../../optimisers/optimiser.ts'
import { createTableOptimiser, tableOptimiserBytes } from '../../optimisers/table.ts'
import type { ParallelPlan, TablePlan, WeightPlan } from './plan.ts'

/** A table in the shared memory. */
export interface SharedTable {
  readonly plan: TablePlan
  /** Row ids of a batch, for both slots. */
  readonly ids: readonly [Int32Array, Int32Array]
  /** batch x dim: the rows gathered by the owner, and the gradients that come back. */
  readonly rows: Float32Array
  readonly gradient: Float32Array
  /** Every thread has one over the same arrays; only the owner's is stepped. */
  readonly optimiser: TableOptimiser
}

export interface SharedWeight {
  readonly plan: WeightPlan
  /** One per thread; the optimiser reads the first, into which the owner adds the others. */
  readonly gradients: readonly Float32Array[]
  readonly optimiser: DenseOptimiser
}

/** What all threads see, at the same places. */
export interface SharedParts {
  readonly arena: Arena
  readonly tables: readonly SharedTable[]
  readonly weights: readonly SharedWeight[]
  /** Inputs and masks of the whole batch, for both slots, in the plan's order. */
  readonly fed: readonly [readonly Float32Array[], readonly Float32Array[]]
}

/** The bytes of the shared arena. */
export function sharedBytes({ threads, batch, tables, weights, fed }: ParallelPlan): number {
  let bytes = 2 * arenaBytes({ float32: fed.map(({ width }) => batch * width) })
  for (const { rows, dim, optimiser } of tables) {
    bytes += arenaBytes({ float32: [rows * dim, batch * dim, batch * dim], int32: [batch, batch] })
    bytes += tableOptimiserBytes(optimiser, rows, dim, batch)
  }
  for (const { size, optimiser } of weights) {
    bytes += arenaBytes({ float32: [size, ...Array.from({ length: threads }, () => size)] })
    bytes += denseOptimiserBytes(optimiser, size)
  }
  return bytes
}

/** Lays the arrays out: the same calls in the same order in every thread, before the first weights are written. */
export function layOut({ threads, batch, tables, weights, fed }: ParallelPlan, arena: Arena): SharedParts {
  const inputs = (): Float32Array[] => fed.map(({ width }) => arena.float32(batch * width))
  return {
    arena,
    tables: tables.map((plan) => {
      const { rows, dim, optimiser } = plan
      const table = { weights: arena.float32(rows * dim), dim, capacity: batch }
      return {
        plan,
        ids: [arena.int32(batch), arena.int32(batch)] as const,
        rows: arena.float32(batch * dim),
        gradient: arena.float32(batch * dim),
        optimiser: createTableOptimiser(arena, table, optimiser),
      }
    }),
    weights: weights.map((plan) => {
      const view = arena.float32(plan.size)
      const gradients = Array.from({ length: threads }, () => arena.float32(plan.size))
      const optimiser = createDenseOptimiser(arena, { weights: view, gradient: gradients[0]! }, plan.optimiser)
      return { plan, gradients, optimiser }
    }),
    fed: [inputs(), inputs()],
  }
}
