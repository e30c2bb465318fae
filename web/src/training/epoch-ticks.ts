/** Whole epochs to mark on an axis, at most `most`, evenly spaced, the first among them. */
export function epochTicks(epochs: readonly number[], most = 12): number[] {
  const all = [...new Set(epochs)].sort((a, b) => a - b)
  const step = Math.max(1, Math.ceil(all.length / most))
  return all.filter((_, n) => n % step === 0)
}
