// The loader of ONNX Runtime's WebAssembly, from our own server like everything else.
import loader from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url'
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import { type LocalModel, localModel, type Scorer } from './live.ts'
import type { Order, Reply } from './messages.ts'

/* A model in a thread of its own: the page stays at ease while it computes. It asks the network for nothing once it is open. */

let model: LocalModel | null = null
let last: Promise<unknown> = Promise.resolve()

addEventListener('message', ({ data }: MessageEvent<Order>) => {
  // One after the other, in the order they came.
  last = last.then(async () => {
    try {
      reply(await answer(data))
    } catch (error) {
      const { code = 'failed', message } = error as Error & { code?: string }
      reply({ id: data.id, failed: { code, message } })
    }
  })
})

const reply = (message: Reply): void => postMessage(message)

async function answer(order: Order): Promise<Reply> {
  const { id } = order
  if ('ask' in order) {
    const ask = model![order.ask] as (...given: readonly unknown[]) => Promise<unknown>
    return { id, answer: await ask(...order.given) }
  }
  const { description, graph, vocabulary, runtime } = order.open
  env.wasm.wasmPaths = { mjs: new URL(loader, location.href).href }
  env.wasm.wasmBinary = runtime
  // Lists are small work; threads would need more memory than they save time.
  env.wasm.numThreads = 1
  env.logLevel = 'error'
  const session = await InferenceSession.create(new Uint8Array(graph), { executionProviders: ['wasm'] })
  model = await localModel(description, vocabulary, scorerOf(session))
  return { id, answer: null }
}

function scorerOf(session: InferenceSession): Scorer {
  const vectors = session.outputNames.includes('vectors')
  const run = async (
    output: string,
    item: Int32Array,
    rating: Float32Array,
    candidate: Int32Array,
  ): Promise<Tensor> => {
    const feeds = {
      item: new Tensor('int32', item, [item.length]),
      rating: new Tensor('float32', rating, [rating.length]),
      ...(vectors && { candidate: new Tensor('int32', candidate, [candidate.length]) }),
    }
    return (await session.run(feeds, [output]))[output]!
  }
  const nothing = new Int32Array()
  return {
    scores: async (item, rating) => (await run('scores', item, rating, nothing)).data as Float32Array,
    vectors: async (items) => {
      if (!vectors) return null
      const { data, dims } = await run('vectors', nothing, new Float32Array(), items)
      return { data: data as Float32Array, width: dims[1]! }
    },
  }
}
