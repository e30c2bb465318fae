/**
 * The two-way map between the ids of a file (strings or numbers) and dense indices 0..size-1.
 * Ids are kept as strings unless every one of them is a plain non-negative integer ("7", not "07"), which then costs 8 bytes each.
 */
export class Vocabulary {
  readonly size: number
  private readonly numbers: Float64Array | null
  private readonly strings: readonly string[] | null
  private lookup: Map<string | number, number> | null = null

  private constructor(numbers: Float64Array | null, strings: readonly string[] | null) {
    this.numbers = numbers
    this.strings = strings
    this.size = numbers ? numbers.length : (strings as readonly string[]).length
  }

  /** Ids in index order. Throws a RangeError on a repeated id. */
  static of(ids: readonly string[] | Float64Array): Vocabulary {
    const vocabulary = ids instanceof Float64Array ? new Vocabulary(ids, null) : Vocabulary.ofStrings(ids as string[])
    if (vocabulary.index().size !== vocabulary.size) throw new RangeError('an id stands twice in the vocabulary')
    return vocabulary
  }

  private static ofStrings(ids: readonly string[]): Vocabulary {
    const plain = ids.every((id) => /^(0|[1-9]\d{0,14})$/.test(id))
    return plain ? new Vocabulary(Float64Array.from(ids, Number), null) : new Vocabulary(null, ids)
  }

  /** True where every id is a plain integer. */
  get numeric(): boolean {
    return this.numbers !== null
  }

  /** The id at an index, as it stood in the file. */
  id(index: number): string {
    const id = this.numbers ? this.numbers[index] : this.strings?.[index]
    if (id === undefined) throw new RangeError(`index ${index} is outside the vocabulary of ${this.size}`)
    return String(id)
  }

  /** The index of an id, or -1 where it is unknown. */
  indexOf(id: string | number): number {
    if (!this.numbers) return this.index().get(String(id)) ?? -1
    if (typeof id === 'string' && !/^(0|[1-9]\d{0,14})$/.test(id)) return -1
    return this.index().get(Number(id)) ?? -1
  }

  /** All ids in index order. */
  ids(): string[] {
    return this.numbers ? Array.from(this.numbers, String) : [...(this.strings as readonly string[])]
  }

  private index(): Map<string | number, number> {
    if (!this.lookup) {
      this.lookup = new Map()
      for (let i = 0; i < this.size; i++) this.lookup.set((this.numbers ?? (this.strings as readonly string[]))[i]!, i)
    }
    return this.lookup
  }
}
