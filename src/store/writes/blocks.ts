/** Rows in blocks that one INSERT can carry: both databases bound the parameters of a statement. */
export function blocks<T>(rows: readonly T[], size = 500): T[][] {
  const result: T[][] = []
  for (let from = 0; from < rows.length; from += size) result.push(rows.slice(from, from + size))
  return result
}
