import { describe, expect, it } from 'vitest'
import { add, gather, gemm, mul, relu, sigmoid } from '../../src/engine/graph/index.ts'
import { type EmittedModel, emit, Graph, gradients, type Provider, Session } from '../../src/engine/index.ts'
import { mse } from '../../src/losses/index.ts'
import { spreadValues } from './graph-support.ts'

const parameters = { w1: [3, 8], b1: [8], w2: [8, 1], b2: [1] } as const
type Name = keyof typeof parameters

/** Rows of an embedding, a hidden layer, ratings 0.5 to 5: the forward pass, its loss and all derivatives. */
function trainingStep(): EmittedModel {
  const g = new Graph()
  const rows = gather(g.parameter('users', [6, 3]), g.input('user', ['B'], { dtype: 'int32' }))
  const p = Object.fromEntries(
    Object.entries(parameters).map(([name, shape]) => [name, g.parameter(name, [...shape])]),
  ) as Record<Name, ReturnType<typeof g.parameter>>
  const hidden = relu(gemm(rows, p.w1, p.b1))
  const rating = add(mul(sigmoid(gemm(hidden, p.w2, p.b2)), 4.5), 0.5)
  const loss = mse(rating, g.input('rating', ['B', 1]))
  const names = Object.keys(parameters) as Name[]
  const derivatives = gradients(loss, [rows, ...names.map((name) => p[name])])
  return emit({
    outputs: {
      loss,
      d_rows: derivatives[0]!,
      ...Object.fromEntries(names.map((name, k) => [`d_${name}`, derivatives[k + 1]!])),
    },
    feed: { rows },
  })
}

/** Plain SGD on eight fixed ratings, one row of the table each: losses per step, and the final weights. */
async function train(provider: Provider, steps: number): Promise<{ losses: number[]; weights: Float32Array[] }> {
  const session = await Session.create(trainingStep().bytes, { provider })
  const feeds: Record<string, Float32Array> = {
    rows: spreadValues(8 * 3, 1),
    rating: Float32Array.of(1, 5, 3, 4, 2, 5, 1, 3),
  }
  const fetches: Record<string, Float32Array> = { loss: new Float32Array(1), d_rows: new Float32Array(8 * 3) }
  for (const [k, [name, shape]] of Object.entries(parameters).entries()) {
    const size = (shape as readonly number[]).reduce((a, b) => a * b, 1)
    feeds[name] = spreadValues(size, 10 + k)
    fetches[`d_${name}`] = new Float32Array(size)
  }
  const run = session.bind(feeds, fetches, { B: 8 })
  const losses: number[] = []
  for (let step = 0; step < steps; step++) {
    await run.run()
    losses.push(fetches.loss![0]!)
    for (const name of ['rows', ...Object.keys(parameters)]) {
      const d = fetches[`d_${name}`]!
      feeds[name]!.forEach((w, k) => {
        feeds[name]![k] = w - 0.1 * d[k]!
      })
    }
  }
  await session.release()
  return { losses, weights: ['rows', ...Object.keys(parameters)].map((name) => feeds[name]!) }
}

function doubling(): EmittedModel {
  const x = new Graph().input('x', ['B', 2])
  return emit({ outputs: { y: mul(x, 2), z: add(x, 1) } })
}

describe('training', () => {
  it('gives the same model on cpu and wasm, and the loss falls', async () => {
    const [cpu, wasm] = [await train('cpu', 40), await train('wasm', 40)]
    expect(cpu.losses.at(-1)!).toBeLessThan(cpu.losses[0]! / 4)
    for (const [k, loss] of cpu.losses.entries()) expect(wasm.losses[k]).toBeCloseTo(loss, 4)
    for (const [k, weights] of cpu.weights.entries()) {
      weights.forEach((w, j) => {
        expect(wasm.weights[k]![j]).toBeCloseTo(w, 4)
      })
    }
  })

  it('is repeatable bit for bit with one thread', async () => {
    expect(await train('cpu', 10)).toEqual(await train('cpu', 10))
  })
})

describe('bound runs', () => {
  for (const provider of ['cpu', 'wasm'] as const) {
    it(`read and write the caller's own arrays, views into one memory among them: ${provider}`, async () => {
      const session = await Session.create(doubling().bytes, { provider })
      const memory = new WebAssembly.Memory({ initial: 1 })
      const x = new Float32Array(memory.buffer, 64, 6)
      const y = new Float32Array(memory.buffer, 256, 6)
      const beyond = new Float32Array(memory.buffer, 256 + 24, 2).fill(-1)
      const run = session.bind({ x }, { y }, { B: 3 })
      for (const start of [1, 10]) {
        x.forEach((_, k) => {
          x[k] = start + k
        })
        await run.run()
        expect([...y]).toEqual([...x].map((value) => 2 * value))
      }
      expect([...beyond]).toEqual([-1, -1])
      // The last, smaller batch: subarrays of the same buffers, under another size.
      y.fill(0)
      await session.bind({ x: x.subarray(0, 2) }, { y: y.subarray(0, 2) }, { B: 1 }).run()
      expect([...y]).toEqual([20, 22, 0, 0, 0, 0])
      await session.release()
    })
  }

  it('leave no copies of the results behind', async () => {
    const g = new Graph()
    const size = 1 << 18
    const session = await Session.create(emit({ outputs: { y: mul(g.input('x', [size]), 2) } }).bytes)
    const y = new Float32Array(size)
    const run = session.bind({ x: new Float32Array(size).fill(1) }, { y })
    await run.run()
    const before = process.memoryUsage().arrayBuffers
    for (let k = 0; k < 8; k++) await run.run()
    // Eight megabytes if each run made a copy.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20)
    expect(y[size - 1]).toBe(2)
    await session.release()
  })

  it('report what the runtime itself refuses', async () => {
    const g = new Graph()
    const session = await Session.create(
      emit({ outputs: { y: gather(g.input('x', [4, 2]), g.input('i', ['B'], { dtype: 'int32' })) } }).bytes,
    )
    const run = session.bind({ x: new Float32Array(8), i: Int32Array.of(9) }, { y: new Float32Array(2) }, { B: 1 })
    await expect(run.run()).rejects.toThrow(/out of (data )?bounds/)
    await session.release()
  })

  it('check names, lengths, dtypes, sizes and shared memory when binding', async () => {
    const session = await Session.create(doubling().bytes)
    const x = new Float32Array(6)
    const y = new Float32Array(6)
    expect(session.inputs).toEqual(['x'])
    expect(session.outputs).toEqual(['y', 'z'])
    expect(() => session.bind({ x, w: x }, { y }, { B: 3 })).toThrow("input 'w' is none of x")
    expect(() => session.bind({}, { y }, { B: 3 })).toThrow("input 'x' is not bound")
    expect(() => session.bind({ x }, { q: y }, { B: 3 })).toThrow("output 'q' is none of y, z")
    expect(() => session.bind({ x }, { y }, { B: 2 })).toThrow(
      "input 'x' float32 [B, 2]: the array has 6 elements, not 4",
    )
    expect(() => session.bind({ x }, { y })).toThrow('give a size for B')
    expect(() => session.bind({ x }, { y }, { B: 1.5 })).toThrow('B = 1.5 is no size')
    expect(() => session.bind({ x: new Int32Array(6) }, { y }, { B: 3 })).toThrow('bound to a Int32Array')
    const shared = new Float32Array(new SharedArrayBuffer(24))
    expect(() => session.bind({ x: shared }, { y }, { B: 3 })).toThrow('SharedArrayBuffer')
    await session.release()
  })
})

describe('Session.create()', () => {
  it('says what is wrong with a model, a provider, a number of threads', async () => {
    const { bytes } = doubling()
    await expect(Session.create(new Uint8Array(50))).rejects.toMatchObject({ code: 'bad-model' })
    await expect(Session.create(bytes, { provider: 'tpu' as Provider })).rejects.toThrow(
      "no provider 'tpu'. Choose one of cpu, wasm, webgpu, cuda.",
    )
    await expect(Session.create(bytes, { threads: 0 })).rejects.toMatchObject({ code: 'bad-threads' })
  })

  it('computes on CUDA, or says how to get it', async () => {
    const outcome = await Session.create(doubling().bytes, { provider: 'cuda' }).then(
      (session) => session.provider,
      (error) => error,
    )
    if (outcome !== 'cuda') {
      expect(outcome).toMatchObject({ code: 'provider-unavailable', remedy: expect.stringContaining('NVIDIA') })
    }
  })
})
