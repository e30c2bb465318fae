import { createRequire } from 'node:module'
import { join, sep } from 'node:path'
import { repository } from '../harness/machine.ts'

/** As much of TensorFlow.js as is used here; its own types come with it, and it is not a dependency. */
export interface Tensor {
  dataSync(): Float32Array
  dispose(): void
}

export interface Variable extends Tensor {
  assign(value: Tensor): void
}

export interface Tf {
  readonly version: Readonly<Record<string, string>>
  readonly train: {
    adam(
      rate: number,
      beta1: number,
      beta2: number,
      epsilon: number,
    ): {
      computeGradients(loss: () => Tensor, variables: Variable[]): { value: Tensor; grads: Record<string, Tensor> }
      applyGradients(gradients: Record<string, Tensor>): void
    }
  }
  setBackend(name: string): Promise<boolean>
  ready(): Promise<void>
  env(): { getAsync(flag: string): Promise<unknown> }
  tidy<T>(work: () => T): T
  tensor(values: Float32Array, shape: readonly number[]): Tensor
  variable(value: Tensor, trainable: boolean, name: string): Variable
  matMul(a: Tensor, b: Tensor): Tensor
  add(a: Tensor, b: Tensor | number): Tensor
  sub(a: Tensor, b: Tensor): Tensor
  mul(a: Tensor, b: Tensor | number): Tensor
  relu(x: Tensor): Tensor
  sigmoid(x: Tensor): Tensor
  square(x: Tensor): Tensor
  mean(x: Tensor): Tensor
}

const packages = '@tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0'

/** Why TensorFlow.js is not there, and what to do about it. */
export const remedy =
  `TensorFlow.js is not installed (it is no dependency: 300 MB). To compare: npm install --prefix FOLDER ${packages}, ` +
  'then MARQUEE_TFJS=FOLDER npm run bench -- --only tfjs'

/** TensorFlow.js with its WebAssembly backend, from the folder named by MARQUEE_TFJS or from the repository; null where it is not there. */
export async function openTf(): Promise<Tf | null> {
  const require = createRequire(join(process.env.MARQUEE_TFJS ?? repository, 'package.json'))
  let paths: string[]
  try {
    paths = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'].map((name) => require.resolve(name))
  } catch {
    return null
  }
  const tf = require(paths[0]!) as Tf
  const wasm = require(paths[1]!) as { setWasmPaths(folder: string): void }
  const name = join('tfjs-backend-wasm', sep)
  const root = paths[1]!.slice(0, paths[1]!.lastIndexOf(name) + name.length)
  wasm.setWasmPaths(join(root, 'wasm-out', sep))
  await tf.setBackend('wasm')
  await tf.ready()
  return tf
}
