import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as ops from '../../src/engine/graph/index.ts'
import { table } from '../../src/engine/graph/table.ts'
import { emit, Graph, gradients, type Node, Session } from '../../src/engine/index.ts'
import { encode } from '../../src/engine/onnx/encode.ts'
import { mse } from '../../src/losses/index.ts'
import { spreadValues } from './graph-support.ts'

const python = '/usr/bin/python3'

function checkerVersion(): string | undefined {
  const { status, stdout } = spawnSync(python, ['-c', 'import onnx; print(onnx.__version__)'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

/** Every op at once, in one graph with a named batch dimension. */
function everyOp(): { outputs: Record<string, Node>; used: Set<string> } {
  const g = new Graph()
  const x = g.input('x', ['B', 4])
  const y = g.input('y', ['B', 4])
  const ids = g.input('ids', ['B'], { dtype: 'int32' })
  const w = g.parameter('w', [4, 4])
  const b = g.parameter('b', [4])
  const outputs: Record<string, Node> = {
    div: ops.div(ops.sub(ops.add(x, y), 0.5), ops.exp(y)),
    where: ops.where(ops.greater(x, y), x, ops.where(ops.equal(x, y), y, ops.neg(b))),
    unary: ops.log(ops.sqrt(ops.square(ops.tanh(ops.sigmoid(ops.softplus(ops.relu(x))))))),
    clip: ops.clip(ops.mul(ops.abs(x), ops.sign(y)), -1, 1),
    softmax: ops.add(ops.softmax(x), ops.logSoftmax(y)),
    reduce: ops.add(ops.reduceSum(x, [1]), ops.reduceMean(y, [1])),
    size: ops.div(ops.reduceSum(x), ops.size(x)),
    slice: ops.slice(ops.pad(ops.concat([x, y], 1), 1, 1, 1), 1, 2, 5),
    part: ops.split(x, [1, 3], 1)[1]!,
    reshape: ops.transpose(ops.reshape(x, ['B', 2, 2]), [0, 2, 1]),
    expandLike: ops.expandLike(b, x),
    gather: ops.gather(g.parameter('table', [5, 4]), ids),
    scatterAdd: ops.scatterAdd(ids, x, 5),
    oneHot: ops.cast(ops.oneHot(ids, 5), 'int32'),
    matmul: ops.matmul(ops.gemm(x, w, b), w),
    batchNorm: ops.batchNorm(x, b, g.parameter('beta', [4])).output,
    loop: ops.loop({ first: [x], trips: 3, body: ([state]) => ({ next: [ops.mul(state!, y)] }) })[0]!,
  }
  const used = new Set<string>()
  const seen = new Set<Node>(Object.values(outputs))
  for (const node of seen) {
    used.add(node.op)
    for (const operand of node.inputs) seen.add(operand)
  }
  return { outputs, used }
}

function small(): { graph: Graph; rows: Node; score: Node; loss: Node } {
  const graph = new Graph()
  const table = graph.parameter('users', [5, 3])
  const rows = ops.gather(table, graph.input('user', ['B'], { dtype: 'int32' }))
  const score = ops.gemm(rows, graph.parameter('w', [3, 1]))
  return { graph, rows, score, loss: mse(score, graph.input('rating', ['B', 1])) }
}

describe('emit()', () => {
  const version = checkerVersion()
  it('writes models the official checker accepts, every op and a training step', (context) => {
    if (version === undefined) {
      console.log(`skipped: ${python} cannot import onnx, so the official checker cannot run`)
      return context.skip()
    }
    const { outputs, used } = everyOp()
    expect([...Object.keys(table), 'parameter'].filter((op) => op !== 'constant' && !used.has(op))).toEqual([])
    const { loss, rows } = small()
    const models = [
      emit({ outputs }),
      emit({ outputs: { loss, rows: gradients(loss, [rows])[0]! }, feed: { fed: rows } }),
    ]
    const folder = mkdtempSync(join(tmpdir(), 'marquee-onnx-'))
    try {
      for (const [k, { bytes }] of models.entries()) {
        const file = join(folder, `${k}.onnx`)
        writeFileSync(file, bytes)
        const program = `import onnx, sys
m = onnx.load(sys.argv[1]); onnx.checker.check_model(m, full_check=True)
print(m.ir_version, m.opset_import[0].version, m.producer_name, len(m.graph.output))`
        const { status, stdout, stderr } = spawnSync(python, ['-c', program, file], { encoding: 'utf8' })
        expect(stderr).toBe('')
        expect(status).toBe(0)
        expect(stdout.trim()).toBe(`8 17 marquee ${k === 0 ? Object.keys(outputs).length : 2}`)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('feeds gathered rows when training and looks them up in inference, from one forward graph', async () => {
    const { rows, score, loss } = small()
    const training = emit({ outputs: { loss }, feed: { 'users.rows': rows } })
    expect(training.inputs.map(({ name }) => name).sort()).toEqual(['rating', 'users.rows', 'w'])
    expect(training.inputs.find(({ name }) => name === 'users.rows')?.shape).toEqual(['B', 3])
    const users = spreadValues(15, 1)
    const w = spreadValues(3, 2)
    const inference = emit({
      outputs: { score },
      initialisers: new Map([
        ['users', users],
        ['w', w],
        ['other', w],
      ]),
    })
    expect(inference.inputs).toEqual([{ name: 'user', dtype: 'int32', shape: ['B'] }])
    const session = await Session.create(inference.bytes)
    for (const user of [Int32Array.of(4, 0), Int32Array.of(2, 2, 3, 1)]) {
      const scores = new Float32Array(user.length)
      await session.bind({ user }, { score: scores }, { B: user.length }).run()
      for (const [k, u] of user.entries()) {
        const expected = w.reduce((sum, weight, f) => sum + weight * users[u * 3 + f]!, 0)
        expect(scores[k]).toBeCloseTo(expected, 5)
      }
    }
    await session.release()
  })

  it('names outputs as asked: of an input, of one node twice, of an output another output needs', async () => {
    const g = new Graph()
    const x = g.input('x', [2])
    const y = ops.exp(x)
    const { bytes, outputs } = emit({ outputs: { same: x, a: y, b: y, c: ops.neg(y) } })
    expect(outputs.map(({ name }) => name)).toEqual(['same', 'a', 'b', 'c'])
    const session = await Session.create(bytes)
    expect(session.outputs).toEqual(['same', 'a', 'b', 'c'])
    const fetches = Object.fromEntries(['same', 'a', 'b', 'c'].map((name) => [name, new Float32Array(2)]))
    await session.bind({ x: Float32Array.of(0, 1) }, fetches).run()
    expect([...fetches.same!]).toEqual([0, 1])
    for (const name of ['a', 'b']) expect(fetches[name]![1]).toBeCloseTo(Math.E, 5)
    expect(fetches.c![1]).toBeCloseTo(-Math.E, 5)
    await session.release()
  })

  it('refuses names used twice and initialisers of another size', () => {
    const { rows, score } = small()
    expect(() => emit({ outputs: { w: score } })).toThrow("emit: 'w' is empty, begins with a slash or names two things")
    expect(() => emit({ outputs: { score }, feed: { w: rows } })).toThrow("emit: 'w'")
    expect(() => emit({ outputs: { score }, initialisers: new Map([['w', new Float32Array(4)]]) })).toThrow(
      "parameter 'w' has 4 numbers, not the 3 of [3, 1]",
    )
  })

  it('is deterministic', () => {
    expect(emit({ outputs: trainingOutputs() }).bytes).toEqual(emit({ outputs: trainingOutputs() }).bytes)
  })
})

function trainingOutputs(): Record<string, Node> {
  const { loss, rows } = small()
  return { loss, d: gradients(loss, [rows])[0]! }
}

describe('encode()', () => {
  it('writes the bytes of the protobuf format', () => {
    // By hand: field 1 varint 300; field 2 "ab"; field 8 { field 1 "", field 2 varint 17 }.
    const bytes = encode('ModelProto', {
      irVersion: 300,
      producerName: 'ab',
      opsetImport: [{ domain: '', version: 17 }],
    })
    expect([...bytes]).toEqual([0x08, 0xac, 0x02, 0x12, 2, 0x61, 0x62, 0x42, 4, 0x0a, 0, 0x10, 17])
  })

  it('keeps the order and lengths of messages that hold large byte fields', () => {
    const rawData = new Uint8Array(5000).fill(7)
    const bytes = encode('GraphProto', { name: 'g', initializer: [{ name: 't', rawData }], output: [{ name: 'o' }] })
    const head = [0x12, 1, 0x67, 0x2a, 0x8e, 0x27, 0x42, 1, 0x74, 0x4a, 0x88, 0x27]
    expect([...bytes.subarray(0, head.length)]).toEqual(head)
    expect([...bytes.subarray(-5)]).toEqual([0x62, 3, 0x0a, 1, 0x6f])
    expect(bytes.length).toBe(head.length + 5000 + 5)
  })
})
