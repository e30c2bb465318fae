import { createHash } from 'node:crypto'
import type { Traffic } from '../../store/store.ts'

/**
 * The variant of a user: SHA-256 of salt and user as a number in [0, 1), looked up in the shares one after the other. The
 * same user has the same variant on every machine, and keeps it when the share of another later in the list changes.
 */
export function variantOf({ variants, salt }: Traffic, user: string): string {
  const point = createHash('sha256').update(`${salt}\u0000${user}`).digest().readUInt32BE(0) / 0x1_0000_0000
  let upTo = 0
  for (const { version, share } of variants) {
    upTo += share
    if (point < upTo) return version
  }
  return variants.at(-1)!.version
}

/** The variant with the largest share, the first of equals: what answers those who are nobody in particular. */
export function mainVariant({ variants }: Traffic): string {
  return variants.reduce((best, variant) => (variant.share > best.share ? variant : best)).version
}
