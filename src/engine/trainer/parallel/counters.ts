import type { OptimiserState } from '../../optimisers/optimiser.ts'
import type { SharedParts } from './memory.ts'

/** One counter of one optimiser. */
interface Counter {
  readonly parameter: string
  readonly owner: number
  readonly counter: string
}

/** All counters in the order in which they stand in the control's numbers: the same in every thread. */
export function countersOf({ tables, weights }: SharedParts): Counter[] {
  return [...tables, ...weights].flatMap(({ plan, optimiser }) =>
    Object.keys(optimiser.state().counters).map((counter) => ({ parameter: plan.name, owner: plan.owner, counter })),
  )
}

/** A thread tells the counters of what it owns. */
export function writeCounters(shared: SharedParts, numbers: Float64Array, thread: number): void {
  let at = 0
  for (const { plan, optimiser } of [...shared.tables, ...shared.weights]) {
    const { counters } = optimiser.state()
    for (const name of Object.keys(counters)) {
      if (plan.owner === thread) numbers[at] = counters[name]!
      at++
    }
  }
}

/** A thread takes the counters of what it owns; the arrays have been filled already. */
export function restoreCounters(shared: SharedParts, numbers: Float64Array, thread: number): void {
  let at = 0
  for (const { plan, optimiser } of [...shared.tables, ...shared.weights]) {
    const { views, counters } = optimiser.state()
    const mine = Object.fromEntries(Object.keys(counters).map((name) => [name, numbers[at++]!]))
    if (plan.owner === thread) optimiser.restore({ views, counters: mine })
  }
}

/** By parameter name, as a checkpoint keeps them. */
export function readCounters(shared: SharedParts, numbers: Float64Array): Record<string, OptimiserState['counters']> {
  const found: Record<string, Record<string, number>> = {}
  countersOf(shared).forEach(({ parameter, counter }, at) => {
    found[parameter] = { ...found[parameter], [counter]: numbers[at]! }
  })
  return found
}
