import { checkSum, type RowKernels } from '../rows.ts'
import { checkIds } from '../views.ts'

/** The plain meaning of the row kernels. */
export const rowReference: RowKernels = {
  gatherRows(table, dim, ids, n, out) {
    for (let r = 0; r < n; r++) {
      const id = ids[r]!
      checkIds(id >= table.length / dim ? r : -1, ids, table.length / dim)
      for (let d = 0; d < dim; d++) out[r * dim + d] = id < 0 ? 0 : table[id * dim + d]!
    }
  },
  scatterAddRows(table, dim, ids, n, source) {
    for (let r = 0; r < n; r++) {
      const id = ids[r]!
      checkIds(id >= table.length / dim ? r : -1, ids, table.length / dim)
      if (id >= 0) for (let d = 0; d < dim; d++) table[id * dim + d]! += source[r * dim + d]!
    }
  },
  sumRows(slots, ids, n, dim, gradients, uniqueIds, sums, count) {
    const capacity = Math.min(uniqueIds.length, Math.floor(sums.length / dim))
    for (let r = 0; r < n; r++) {
      const id = ids[r]!
      if (id >= slots.length) return checkSum(-1 - r, ids, slots.length, capacity)
      if (id < 0) continue
      if (slots[id] === 0) {
        if (count === capacity) return checkSum(-1 - r, ids, slots.length, capacity)
        uniqueIds[count] = id
        sums.fill(0, count * dim, (count + 1) * dim)
        slots[id] = ++count
      }
      for (let d = 0; d < dim; d++) sums[(slots[id]! - 1) * dim + d]! += gradients[r * dim + d]!
    }
    return count
  },
  clearSlots(slots, uniqueIds, count) {
    for (let j = 0; j < count; j++) slots[uniqueIds[j]!] = 0
  },
}
