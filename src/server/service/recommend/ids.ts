import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'

/*
 * 24 bytes, 32 characters of base64url: the version's digest (4), milliseconds since 1970 (6), randomness (6), and the first
 * 8 bytes of an HMAC-SHA-256 over those. So a list needs no write to be named later, and an id that was not given out
 * (chance 2^-64) is not counted for any model.
 */
const signed = 16
const bytes = 24

/** Randomness is taken from the system in blocks: a call costs more than the six bytes are worth. */
let pool = Buffer.alloc(0)
let at = 0

export class RecommendationIds {
  private readonly secret: KeyObject

  constructor(secret: Buffer) {
    this.secret = createSecretKey(secret)
  }

  give(digest: number, now = Date.now()): string {
    const id = Buffer.allocUnsafe(bytes)
    id.writeUInt32BE(digest, 0)
    id.writeUIntBE(now, 4, 6)
    if (at + 6 > pool.length) {
      pool = randomBytes(6 * 512)
      at = 0
    }
    pool.copy(id, 10, at, at + 6)
    at += 6
    this.mac(id).copy(id, signed)
    return id.toString('base64url')
  }

  /** The digest of the version that made the list and when, or null for an id that is none of ours. */
  read(id: string): { readonly digest: number; readonly time: number } | null {
    if (!/^[\w-]{32}$/.test(id)) return null
    const raw = Buffer.from(id, 'base64url')
    if (!timingSafeEqual(this.mac(raw), raw.subarray(signed))) return null
    return { digest: raw.readUInt32BE(0), time: raw.readUIntBE(4, 6) }
  }

  private mac(id: Buffer): Buffer {
    return createHmac('sha256', this.secret)
      .update(id.subarray(0, signed))
      .digest()
      .subarray(0, bytes - signed)
  }
}
