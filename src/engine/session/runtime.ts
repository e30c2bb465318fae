import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { MarqueeError } from '../../core/errors.ts'

/** Where a session computes: natively on the CPU, in WebAssembly, or on a graphics card by WebGPU or CUDA. */
export type Provider = 'cpu' | 'wasm' | 'webgpu' | 'cuda'

type Ort = typeof import('onnxruntime-web')

/** One of ONNX Runtime's packages, set up for a provider. */
export interface Runtime {
  readonly provider: Provider
  /** Whether results are written into the given arrays themselves; where not, they must be copied. */
  readonly writesFetches: boolean
  createSession(bytes: Uint8Array): Promise<InferenceSession>
  tensor(type: Tensor.Type, data: Tensor.DataType, dims: readonly number[]): Tensor
}

const remedies: Readonly<Record<Provider, string>> = {
  cpu: 'Install the optional package onnxruntime-node, or use the provider wasm.',
  wasm: 'Install the package onnxruntime-web.',
  webgpu: 'It needs a graphics card with a Vulkan, Metal or Direct3D 12 driver; use the provider cpu otherwise.',
  cuda: 'It needs Linux x64, an NVIDIA driver with CUDA and cuDNN, and the CUDA libraries of onnxruntime-node: run its script/install.js with network access. Use the provider cpu otherwise.',
}

/** Loads what the provider needs, and only that. Without a provider: cpu, or wasm where the native library is missing. */
export async function loadRuntime(asked: Provider | undefined, threads: number): Promise<Runtime> {
  const provider = asked ?? 'cpu'
  if (!(provider in remedies)) {
    throw new MarqueeError('unknown-provider', `no provider '${provider}'`, {
      remedy: `Choose one of ${Object.keys(remedies).join(', ')}.`,
    })
  }
  if (provider === 'wasm') return wasm(threads)
  try {
    return native(provider, threads, (await import('onnxruntime-node')) as unknown as Ort)
  } catch (cause) {
    if (asked === undefined) return wasm(threads)
    throw unavailable(provider, cause)
  }
}

function native(provider: Provider, threads: number, ort: Ort): Runtime {
  return {
    provider,
    writesFetches: provider === 'cpu',
    createSession: (bytes) =>
      create(ort, provider, bytes, {
        executionProviders: [provider],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
      }),
    tensor: (type, data, dims) => new ort.Tensor(type, data, dims),
  }
}

async function wasm(threads: number): Promise<Runtime> {
  const ort = (await import('onnxruntime-web/wasm').catch((cause) => {
    throw unavailable('wasm', cause)
  })) as unknown as Ort
  // One thread pool for the whole process, made with the first session.
  ort.env.wasm.numThreads = threads
  return {
    provider: 'wasm',
    writesFetches: false,
    createSession: (bytes) =>
      create(ort, 'wasm', bytes, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' }),
    tensor: (type, data, dims) => new ort.Tensor(type, data, dims),
  }
}

async function create(
  ort: Ort,
  provider: Provider,
  bytes: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  try {
    return await ort.InferenceSession.create(bytes, options)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    if (provider === 'webgpu' || provider === 'cuda') throw unavailable(provider, cause)
    throw new MarqueeError('bad-model', `ONNX Runtime does not take this model: ${reason}`, { cause })
  }
}

function unavailable(provider: Provider, cause: unknown): MarqueeError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new MarqueeError('provider-unavailable', `the provider ${provider} is not available here: ${reason}`, {
    remedy: remedies[provider],
    cause,
  })
}
