import type { Recommender } from '../../../models/recommender.ts'

/** What runs on buffers of the model, or may in a model to come. */
const queued: ReadonlySet<PropertyKey> = new Set([
  'predict',
  'scoreAll',
  'scoreItems',
  'scoreUsers',
  'recommend',
  'similar',
  'explain',
  'leaveOut',
  'onnx',
  'release',
] satisfies (keyof Recommender)[])

/**
 * The model with its calls one after the other. Nothing in the contract promises that two calls may run side by side:
 * models write into arrays that ONNX Runtime fills while JavaScript goes on. Two models run side by side all the same,
 * and one run keeps its threads busy, so little is lost. A call that fails does not stop those behind it.
 */
export function oneAtATime(model: Recommender): Recommender {
  let last: Promise<unknown> = Promise.resolve()
  const wrapped = new Map<PropertyKey, unknown>()
  return new Proxy(model, {
    get(target, key) {
      const value = Reflect.get(target, key) as unknown
      if (typeof value !== 'function') return value
      let method = wrapped.get(key)
      if (!method) {
        const call = value.bind(target) as (...args: unknown[]) => unknown
        method = queued.has(key)
          ? (...args: unknown[]) => {
              const run = last.then(() => call(...args))
              last = run.then(
                () => undefined,
                () => undefined,
              )
              return run
            }
          : call
        wrapped.set(key, method)
      }
      return method
    },
  })
}
