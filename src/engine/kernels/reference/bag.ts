import { type BagKernels, type Bags, checkBags } from '../bag.ts'
import { checkSum } from '../rows.ts'
import { checkIds } from '../views.ts'

/** Calls entry(bag's place, its entry, its factor) for every row of every bag. */
function eachEntry(bags: Bags, entry: (j: number, e: number, factor: number) => void): void {
  const { offsets, ids, weights, mean, which, n } = bags
  for (let j = 0; j < n; j++) {
    const bag = which ? which[j]! : j
    if (bag < 0) continue
    const [from, to] = [offsets[bag]!, offsets[bag + 1]!]
    const rows = ids.subarray(from, to).filter((id) => id >= 0).length
    for (let e = from; e < to; e++) {
      if (ids[e]! >= 0) entry(j, e, (weights ? weights[e]! : 1) / (mean ? rows : 1))
    }
  }
}

/** The plain meaning of the bag kernels. */
export const bagReference: BagKernels = {
  bagForward(table, dim, bags, out) {
    checkBags(bags)
    out.fill(0, 0, bags.n * dim)
    eachEntry(bags, (j, e, factor) => {
      const id = bags.ids[e]!
      checkIds(id >= table.length / dim ? e : -1, bags.ids, table.length / dim)
      for (let d = 0; d < dim; d++) out[j * dim + d]! += factor * table[id * dim + d]!
    })
  },
  bagBackward(slots, dim, bags, gradients, uniqueIds, sums, count) {
    checkBags(bags)
    const capacity = Math.min(uniqueIds.length, Math.floor(sums.length / dim))
    let unique = count
    eachEntry(bags, (j, e, factor) => {
      const id = bags.ids[e]!
      if (id >= slots.length) checkSum(-1 - e, bags.ids, slots.length, capacity)
      if (slots[id] === 0) {
        if (unique === capacity) checkSum(-1 - e, bags.ids, slots.length, capacity)
        uniqueIds[unique] = id
        sums.fill(0, unique * dim, (unique + 1) * dim)
        slots[id] = ++unique
      }
      for (let d = 0; d < dim; d++) sums[(slots[id]! - 1) * dim + d]! += factor * gradients[j * dim + d]!
    })
    return unique
  },
}
