import type { Kernels } from './kernels/kernels.ts'

/** A gradient with the kernels of the memory it lies in: a model's gradients may lie in several. */
export interface PlacedGradient {
  readonly kernels: Pick<Kernels, 'sumOfSquares' | 'scale'>
  readonly gradient: Float32Array
}

/**
 * Scales all gradients together so that their common Euclidean norm is at most `maximum` (Pascanu et al. 2013), in
 * place. Returns the norm as it was. A norm that is not finite is returned and nothing is scaled: the caller stops.
 */
export function clipGlobalNorm(gradients: readonly PlacedGradient[], maximum: number): number {
  if (!(maximum > 0)) throw new RangeError(`a norm of at most ${maximum}`)
  let squares = 0
  for (const { kernels, gradient } of gradients) squares += kernels.sumOfSquares(gradient)
  const norm = Math.sqrt(squares)
  if (Number.isFinite(norm) && norm > maximum) {
    for (const { kernels, gradient } of gradients) kernels.scale(gradient, maximum / norm)
  }
  return norm
}

/** Limits every element of the gradients to [-limit, limit], in place. */
export function clipByValue(
  kernels: Pick<Kernels, 'clipValues'>,
  gradients: readonly Float32Array[],
  limit: number,
): void {
  if (!(limit > 0)) throw new RangeError(`values of at most ${limit}`)
  for (const gradient of gradients) kernels.clipValues(gradient, limit)
}
