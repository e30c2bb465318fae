import { build } from './build.ts'
import type { Node } from './node.ts'

export interface LoopOptions {
  /** The values that go into the first round; each keeps its shape and dtype. */
  readonly first: readonly Node[]
  /** Most rounds. */
  readonly trips: number
  /** Whether to begin at all (bool scalar); yes unless given. */
  readonly when?: Node
  /** One round: from the states the next ones, and whether to go on with them (bool scalar; always unless given). */
  readonly body: (states: readonly Node[]) => { readonly next: readonly Node[]; readonly again?: Node }
}

/**
 * Rounds of a computation, as many as it takes: the states after the last one. What the body uses besides its states is
 * computed once, outside. Loops may stand in one another. There are no derivatives through a loop.
 */
export function loop({ first, trips, when, body }: LoopOptions): Node[] {
  const graph = first[0]?.graph
  if (graph === undefined || !Number.isSafeInteger(trips) || trips < 1) {
    throw new RangeError(`loop: ${first.length} states and ${trips} rounds; at least one of each is needed`)
  }
  const id = graph.nextLoop()
  const states = first.map(({ shape, dtype }, index) =>
    graph.make({ op: 'loopState', inputs: [], attributes: { loop: id, index }, shape, dtype }),
  )
  const always = graph.constant([1], { shape: [], dtype: 'bool' })
  const { next, again = always } = body(states as unknown as Node[])
  const operands = [...first, when ?? always, again, ...next]
  return first.map((_, index) => build('loop', operands, { loop: id, index, states: first.length, trips }))
}
