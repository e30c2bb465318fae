import type { Simd } from '../kernels/load.ts'
import { type Arena, arenaBytes, createArena } from '../memory/arena.ts'
import { ratingBytes, widthOf } from './kernel.ts'
import type { DotSettings } from './settings.ts'

export interface DotSizes {
  readonly users: number
  readonly items: number
  readonly ratings: number
  readonly validation: number
  readonly threads: number
  /** Ratings in a tile. */
  readonly tile: number
}

/** What one thread needs to itself for mini-batches. */
export interface BatchSpace {
  readonly shuffled: Int32Array
  readonly touchedUsers: Int32Array
  readonly touchedItems: Int32Array
  readonly userGradients: Float32Array
  readonly itemGradients: Float32Array
}

/** Every array of a training run, all in one shared memory. */
export interface DotMemory {
  readonly arena: Arena
  readonly ratings: Int32Array
  readonly validation: Int32Array
  readonly users: Float32Array
  readonly items: Float32Array
  /** Adam's moments, m and v of a row side by side; empty for SGD. */
  readonly userMoments: Float32Array
  readonly itemMoments: Float32Array
  readonly userSlots: Int32Array
  readonly itemSlots: Int32Array
  /** One per thread; none where every rating is a step of SGD. */
  readonly spaces: readonly BatchSpace[]
  /** For each thread ratings done in this part of an epoch, and their squared error: for show, not synchronised. */
  readonly progress: Float64Array
}

/** Whether the fast kernel of one rating a step applies. */
export const isPlainSgd = ({ optimiser, batch }: DotSettings): boolean => optimiser.kind === 'sgd' && batch === 1

/**
 * Plans the memory of a run and allocates it, checked beforehand. Throws `out-of-memory` where the machine has too little
 * or the run needs more than the 4 GiB of one memory (about 250M ratings).
 */
export async function allocate(sizes: DotSizes, settings: DotSettings, simd: 'auto' | Simd): Promise<DotMemory> {
  const width = widthOf(settings.factors)
  const words = ratingBytes / 4
  const batches = !isPlainSgd(settings)
  const moments = settings.optimiser.kind === 'adam' ? 2 * width : 0
  const touched = batches ? settings.batch : 0
  const slots = batches ? 1 : 0
  const int32 = { ratings: sizes.ratings * words, validation: sizes.validation * words, progress: sizes.threads * 4 }
  const spaces = batches ? sizes.threads : 0
  const perThread = { shuffled: sizes.tile * words, touched, gradients: touched * width }
  const bytes =
    arenaBytes({
      int32: [...Object.values(int32), sizes.users * slots, sizes.items * slots],
      float32: [sizes.users * width, sizes.items * width, sizes.users * moments, sizes.items * moments],
    }) +
    spaces *
      arenaBytes({
        int32: [perThread.shuffled, perThread.touched, perThread.touched],
        float32: [perThread.gradients, perThread.gradients],
      })
  const arena = await createArena({ bytes, shared: true, simd })
  return {
    arena,
    ratings: arena.int32(int32.ratings),
    validation: arena.int32(int32.validation),
    progress: doubles(arena.int32(int32.progress)),
    users: arena.float32(sizes.users * width),
    items: arena.float32(sizes.items * width),
    userMoments: arena.float32(sizes.users * moments),
    itemMoments: arena.float32(sizes.items * moments),
    userSlots: arena.int32(sizes.users * slots),
    itemSlots: arena.int32(sizes.items * slots),
    spaces: Array.from({ length: spaces }, () => ({
      shuffled: arena.int32(perThread.shuffled),
      touchedUsers: arena.int32(perThread.touched),
      touchedItems: arena.int32(perThread.touched),
      userGradients: arena.float32(perThread.gradients),
      itemGradients: arena.float32(perThread.gradients),
    })),
  }
}

const doubles = (words: Int32Array): Float64Array => new Float64Array(words.buffer, words.byteOffset, words.length / 2)

/** Writes ratings in the given order as the kernels read them; `order` null is as they come. */
export function writeRatings(
  target: Int32Array,
  source: { user: Int32Array; item: Int32Array; rating: Float32Array },
  order: Int32Array | null,
  userPlace: Int32Array,
  itemPlace: Int32Array,
): void {
  const floats = new Float32Array(target.buffer, target.byteOffset, target.length)
  for (let j = 0, at = 0; j < source.rating.length; j++, at += 3) {
    const k = order ? order[j]! : j
    target[at] = userPlace[source.user[k]!]!
    target[at + 1] = itemPlace[source.item[k]!]!
    floats[at + 2] = source.rating[k]!
  }
}
