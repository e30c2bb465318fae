/** The arrays that kernels take. */
export type View = Float32Array | Float64Array | Int32Array | Uint8Array

/**
 * Gives the address of a view in the kernels' memory after checking that it lies there and holds `length` elements.
 * TypeError for a view of another buffer, RangeError for one too short: both are bugs of the caller.
 */
export type Address = (view: View, length: number, name: string) => number

export function addressIn(memory: WebAssembly.Memory): Address {
  const buffer = memory.buffer
  return (view, length, name) => {
    if (view.buffer !== buffer) throw new TypeError(`${name} is not a view of the arena's memory`)
    if (!(view.length >= length)) throw new RangeError(`${name} holds ${view.length} elements, ${length} are needed`)
    return view.byteOffset
  }
}

/** RangeError where `bad` is a position in ids, not -1. */
export function checkIds(bad: number, ids: Int32Array, rows: number): void {
  if (bad >= 0) throw new RangeError(`ids[${bad}] = ${ids[bad]}, but the table has ${rows} rows`)
}
