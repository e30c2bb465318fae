import { totalmem } from 'node:os'

/** Bytes that can be had without swapping, as far as the system tells. */
export function availableMemory(): number {
  // macOS counts only unused pages as free, hardly any on a machine in use: what matters there is its size.
  if (process.platform === 'darwin') return totalmem() - process.memoryUsage.rss()
  return process.availableMemory()
}
