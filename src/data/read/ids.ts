import { isUtf8 } from 'node:buffer'
import { Vocabulary } from '../vocabulary.ts'

const plain = /^(0|[1-9]\d{0,14})$/
const tableLimit = 1 << 24

/** Gives ids codes in order of first appearance. Plain integers cost no string. */
export class IdTable {
  private readonly ids: (string | number)[] = []
  /** code + 1 of small integers, by the integer. */
  private table = new Int32Array(1 << 16)
  private readonly large = new Map<number, number>()
  private readonly texts = new Map<string, number>()

  get size(): number {
    return this.ids.length
  }

  /** The code of a plain integer in 0 .. 999,999,999,999,999. */
  ofNumber(id: number): number {
    if (id < tableLimit) {
      if (id >= this.table.length) this.grow(id)
      const code = this.table[id]! - 1
      if (code >= 0) return code
      this.table[id] = this.ids.push(id)
      return this.ids.length - 1
    }
    const code = this.large.get(id)
    if (code !== undefined) return code
    this.large.set(id, this.ids.length)
    return this.ids.push(id) - 1
  }

  ofText(id: string): number {
    if (plain.test(id)) return this.ofNumber(Number(id))
    const code = this.texts.get(id)
    if (code !== undefined) return code
    this.texts.set(id, this.ids.length)
    return this.ids.push(id) - 1
  }

  /** The code of the id written in bytes [from, to). */
  ofBytes(bytes: Buffer, from: number, to: number): number {
    const length = to - from
    if (length > 0 && length <= 15 && (bytes[from] !== 48 || length === 1)) {
      let value = 0
      let p = from
      for (; p < to; p++) {
        const c = bytes[p]!
        if (c < 48 || c > 57) break
        value = value * 10 + (c - 48)
      }
      if (p === to) return this.ofNumber(value)
    }
    const part = bytes.subarray(from, to)
    return this.ofText(isUtf8(part) ? part.toString('utf8') : part.toString('latin1'))
  }

  /**
   * The vocabulary of the codes in a column, and the index of every code in it, -1 where it has none.
   * Where all its ids are plain integers they stand in ascending order, else in order of first appearance in the column.
   */
  vocabulary(column: Int32Array): { vocabulary: Vocabulary; indexOf: Int32Array } {
    const indexOf = new Int32Array(this.ids.length).fill(-1)
    const codes: number[] = []
    let numeric = true
    for (const code of column) {
      if (indexOf[code]! >= 0) continue
      indexOf[code] = codes.push(code) - 1
      if (typeof this.ids[code] !== 'number') numeric = false
    }
    if (numeric) {
      codes.sort((a, b) => (this.ids[a] as number) - (this.ids[b] as number))
      for (let k = 0; k < codes.length; k++) indexOf[codes[k]!] = k
    }
    const ids = codes.map((code) => this.ids[code]!)
    return { vocabulary: Vocabulary.of(numeric ? Float64Array.from(ids as number[]) : ids.map(String)), indexOf }
  }

  private grow(id: number): void {
    let size = this.table.length
    while (size <= id) size *= 2
    const larger = new Int32Array(size)
    larger.set(this.table)
    this.table = larger
  }
}
