import { describe, expect, it } from 'vitest'
import {
  add,
  concat,
  div,
  greater,
  loop,
  mul,
  reduceSum,
  reshape,
  size,
  split,
  square,
  sub,
} from '../../src/engine/graph/index.ts'
import { emit, Graph, gradients, type Node, Session } from '../../src/engine/index.ts'

/** Runs one output of a graph with input x [N]. */
async function run(make: (x: Node) => Node, x: readonly number[], provider: 'cpu' | 'wasm' = 'cpu'): Promise<number[]> {
  const graph = new Graph()
  const y = make(graph.input('x', ['N']))
  const session = await Session.create(emit({ outputs: { y } }).bytes, { provider })
  const length = y.shape.reduce<number>((all, dim) => all * (typeof dim === 'number' ? dim : x.length), 1)
  const result = new Float32Array(length)
  await session.bind({ x: Float32Array.from(x) }, { y: result }, { N: x.length }).run()
  await session.release()
  return [...result]
}

describe.each(['cpu', 'wasm'] as const)('loop() on %s', (provider) => {
  it('goes round as often as it is told, with what is outside at hand', async () => {
    const power = (trips: number) => (x: Node) =>
      loop({ first: [square(x)], trips, body: ([y]) => ({ next: [mul(y!, x)] }) })[0]!
    expect(await run(power(1), [2, 3], provider)).toEqual([8, 27])
    expect(await run(power(4), [2, 3], provider)).toEqual([64, 729])
  })

  it('ends when its condition fails, and does not begin where it may not', async () => {
    // Newton's square root: 2 -> 1.5 -> 1.41667 -> 1.414216, each within 1e-3 of the next from the third on.
    const root = (x: Node): Node => {
      const graph = x.graph
      const [estimate, rounds] = loop({
        first: [reduceSum(x), graph.constant(0)],
        trips: 50,
        when: greater(reduceSum(x), 0),
        body: ([y, n]) => {
          const next = mul(add(y!, div(reduceSum(x), y!)), 0.5)
          return { next: [next, add(n!, 1)], again: greater(square(sub(next, y!)), 1e-6) }
        },
      })
      return concat([reshape(estimate!, [1]), reshape(rounds!, [1])], 0)
    }
    const [estimate, rounds] = await run(root, [2], provider)
    expect(estimate).toBeCloseTo(Math.SQRT2, 5)
    expect(rounds).toBe(4)
    expect(await run(root, [0], provider)).toEqual([0, 0])
    expect(await run(root, [], provider)).toEqual([0, 0])
  })

  it('stands in a loop, each using what belongs to the other and what is written once for all', async () => {
    // f(y) = y + size + 2 (first half): the split and the size are asked for in both bodies and outside.
    const make = (x: Node): Node => {
      const pair = reshape(
        concat(
          [reduceSum(x, undefined, true), size(x)].map((node) => reshape(node, [1])),
          0,
        ),
        [2],
      )
      const [head] = split(pair, [1, 1], 0)
      const [outer] = loop({
        first: [head!],
        trips: 2,
        body: ([y]) => {
          const [inner] = loop({ first: [y!], trips: 3, body: ([z]) => ({ next: [add(add(z!, y!), size(x))] }) })
          return { next: [add(inner!, head!)] }
        },
      })
      return outer!
    }
    const plain = (x: readonly number[]): number => {
      const head = x.reduce((a, b) => a + b, 0)
      let y = head
      for (let k = 0; k < 2; k++) {
        let z = y
        for (let j = 0; j < 3; j++) z += y + x.length
        y = z + head
      }
      return y
    }
    expect(await run(make, [1, 2, 4], provider)).toEqual([plain([1, 2, 4])])
  })

  it('gives back states that the body passes on, swaps or takes from outside', async () => {
    const make = (x: Node): Node => {
      const [a, b, c] = loop({
        first: [x, mul(x, 10), x],
        trips: 3,
        body: ([a, b]) => ({ next: [b!, a!, mul(x, 7)] }),
      })
      return concat(
        [a, b, c].map((node) => reshape(reduceSum(node!), [1])),
        0,
      )
    }
    expect(await run(make, [1], provider)).toEqual([10, 1, 7])
  })
})

describe('loop() refuses', () => {
  const graph = new Graph()
  const x = graph.input('x', ['N'])
  const one = graph.constant(1)

  it('a state that changes its shape or dtype, and conditions that are none', () => {
    expect(() => loop({ first: [one], trips: 2, body: () => ({ next: [x] }) })).toThrow(
      'loop: state 0 changes its shape (operands [] and [N])',
    )
    expect(() => loop({ first: [one], trips: 2, body: ([y]) => ({ next: [y!], again: greater(x, 0) }) })).toThrow(
      'loop: a condition must be a scalar',
    )
    expect(() => loop({ first: [one], trips: 2, body: ([y]) => ({ next: [y!], again: y! }) })).toThrow('bool')
    expect(() => loop({ first: [one], trips: 0, body: ([y]) => ({ next: [y!] }) })).toThrow('0 rounds')
    expect(() => loop({ first: [one, x], trips: 1, body: ([y]) => ({ next: [y!] }) })).toThrow('2 states and 1 next')
  })

  it('a value inside a loop as the result of a model, and derivatives through it', () => {
    let inside: Node | undefined
    const [y] = loop({
      first: [one],
      trips: 2,
      body: ([state]) => {
        inside = mul(state!, 2)
        return { next: [inside] }
      },
    })
    expect(() => emit({ outputs: { inside: inside! } })).toThrow("emit: 'inside' is a value inside a loop")
    expect(() => gradients(y!, [one])).toThrow('there is no derivative through a loop')
  })
})
