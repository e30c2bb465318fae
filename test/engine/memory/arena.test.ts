import { expect, test } from 'vitest'
import { MarqueeError } from '../../../src/core/errors.ts'
import { chooseSimd } from '../../../src/engine/kernels/load.ts'
import { arenaBytes, createArena, maximumArenaBytes } from '../../../src/engine/memory/arena.ts'
import { availableMemory } from '../../../src/engine/memory/available.ts'

test.each([false, true])(
  'arrays are zero, aligned to 64 bytes, apart, and of the planned size (shared: %s)',
  async (shared) => {
    const counts = { float32: [3, 0, 16, 17], int32: [1], uint8: [65, 64] }
    const bytes = arenaBytes(counts)
    expect(bytes).toBe(64 + 0 + 64 + 128 + 64 + 128 + 64)
    const arena = await createArena({ bytes, shared })
    expect(arena.shared).toBe(shared)
    expect(arena.memory.buffer instanceof SharedArrayBuffer).toBe(shared)
    const arrays = [
      ...counts.float32.map((n) => arena.float32(n)),
      ...counts.int32.map((n) => arena.int32(n)),
      ...counts.uint8.map((n) => arena.uint8(n)),
    ]
    expect(arena.used).toBe(bytes)
    for (const [i, array] of arrays.entries()) {
      expect(array.byteOffset % 64).toBe(0)
      expect(array.every((x) => x === 0)).toBe(true)
      array.fill(i + 1)
    }
    for (const [i, array] of arrays.entries()) expect(array.every((x) => x === i + 1)).toBe(true)
  },
)

test('a full arena says what it holds and what is asked for', async () => {
  const arena = await createArena({ bytes: 100 })
  expect(arena.bytes).toBe(65536)
  arena.float32(16000)
  expect(() => arena.float32(400)).toThrow('the arena holds 65536 bytes, 65600 are asked for')
  arena.float32(384)
  expect(arena.used).toBe(65536)
  expect(() => arena.uint8(1)).toThrow(RangeError)
  expect(() => arena.float32(-1)).toThrow(RangeError)
  expect(() => arena.int32(1.5)).toThrow(RangeError)
})

test('too little memory is told with both figures, before anything is allocated', async () => {
  const wanted = createArena({ bytes: 100 * 2 ** 20, available: 50 * 2 ** 20 })
  await expect(wanted).rejects.toBeInstanceOf(MarqueeError)
  await expect(wanted).rejects.toMatchObject({
    code: 'out-of-memory',
    message: expect.stringContaining('101 MiB are needed and 50 MiB are available'),
  })
})

test('more than one memory can hold is told as such', async () => {
  await expect(createArena({ bytes: maximumArenaBytes + 1, available: 2 ** 40 })).rejects.toMatchObject({
    code: 'out-of-memory',
    message: expect.stringContaining('which holds 4,096 MiB'),
  })
})

test.skipIf(availableMemory() < 5 * 2 ** 30)('an arena of 4 GiB works up to its end', async () => {
  // Reserved, not used: what other processes take between the check above and this line must not decide.
  const arena = await createArena({ bytes: maximumArenaBytes, available: 2 ** 40 })
  const [table, ids] = [arena.float32(8), arena.int32(2)]
  table.set([1, 2, 3, 4, 5, 6, 7, 8])
  ids.set([1, 0])
  arena.uint8(arena.bytes - arena.used - 64)
  const out = arena.float32(16)
  expect(out.byteOffset + out.byteLength).toBe(2 ** 32)
  arena.kernels.gatherRows(table, 4, ids, 2, out)
  expect([...out.subarray(0, 8)]).toEqual([5, 6, 7, 8, 1, 2, 3, 4])
  expect(arena.kernels.sumOfSquares(out)).toBe(204)
})

test('the instructions can be chosen, and relaxed ones are found on this Node', async () => {
  expect(chooseSimd('plain')).toBe('plain')
  // Node has had them on x64 and arm64 since version 21.
  expect(chooseSimd()).toBe('relaxed')
  expect((await createArena({ bytes: 1, simd: 'plain' })).simd).toBe('plain')
})
