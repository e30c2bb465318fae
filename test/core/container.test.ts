import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readContainer, writeContainer } from '../../src/core/container.ts'

const folder = mkdtempSync(join(tmpdir(), 'marquee-container-'))
const path = join(folder, 'a.bin')
const container = {
  kind: 'parameters',
  values: { scale: [0.5, 5], name: 'é' },
  tensors: {
    w: { shape: [2, 3], data: new Float32Array([1, -2, 0.1, 4, 5, Number.NaN]) },
    d: { shape: [1], data: new Float64Array([Math.PI]) },
    i: { shape: [3], data: new Int32Array([-1, 0, 2 ** 31 - 1]) },
    b: { shape: [5], data: new Uint8Array([1, 2, 3, 4, 255]) },
    none: { shape: [0, 7], data: new Float32Array(0) },
  },
}

describe('container', () => {
  test('reads back the same bits', () => {
    writeContainer(path, container)
    expect(readContainer(path, 'parameters', 'Train again.')).toEqual(container)
    expect(readdirSync(folder)).toEqual(['a.bin'])
  })

  test('any single changed byte is noticed', () => {
    writeContainer(path, container)
    const good = readFileSync(path)
    const changed = join(folder, 'changed.bin')
    for (let at = 0; at < good.length; at++) {
      const bytes = Buffer.from(good)
      bytes[at]! ^= 0x10
      writeFileSync(changed, bytes)
      expect(() => readContainer(changed, 'parameters', 'Train again.')).toThrow(/changed\.bin: .*Train again\./)
    }
  })

  test('a file cut short anywhere is noticed', () => {
    writeContainer(path, container)
    const good = readFileSync(path)
    const cut = join(folder, 'cut.bin')
    for (let length = 0; length < good.length; length += 7) {
      writeFileSync(cut, good.subarray(0, length))
      expect(() => readContainer(cut, 'parameters', 'Train again.')).toThrow('Train again.')
    }
  })

  test('another kind, another version and a missing file are named', () => {
    writeContainer(path, container)
    expect(() => readContainer(path, 'checkpoint', 'x')).toThrow('holds parameters, not checkpoint')
    const bytes = readFileSync(path)
    bytes.writeUInt32LE(99, 8)
    writeFileSync(path, bytes)
    expect(() => readContainer(path, 'parameters', 'x')).toThrow('file format 99; this Marquee reads format 1')
    expect(() => readContainer(join(folder, 'nowhere'), 'parameters', 'x')).toThrow('nowhere: cannot read')
  })

  test('an unwritable place is a clear error', () => {
    expect(() => writeContainer(join(folder, 'no', 'such', 'folder'), container)).toThrow('cannot write')
  })
})
