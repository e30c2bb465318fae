import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { MarqueeError } from '../../core/errors.ts'
import type { Scope, Store, StoredKey } from '../../store/store.ts'

export const scopes: readonly Scope[] = ['read', 'feedback', 'admin']

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** A new key in the store. The secret (256 random bits) is given back this once and kept nowhere. */
export async function createKey(
  store: Store,
  name: string,
  granted: readonly Scope[],
): Promise<{ readonly key: StoredKey; readonly secret: string }> {
  const secret = `mq_${randomBytes(32).toString('base64url')}`
  const key: StoredKey = {
    id: randomBytes(6).toString('hex'),
    name,
    hash: hashOf(secret),
    scopes: scopes.filter((scope) => granted.includes(scope)),
    created: new Date().toISOString(),
    revoked: null,
  }
  await store.putKey(key)
  return { key, secret }
}

/** A key without its hash. */
export const shownKey = ({ id, name, scopes, created, revoked }: StoredKey) => ({
  ...{ id, name, created, revoked },
  scopes: [...scopes],
})

/** `read` is granted with `admin`, and so is `feedback`. */
export const grants = (granted: readonly Scope[], scope: Scope): boolean =>
  granted.includes(scope) || granted.includes('admin')

/** The keys of a store, believed for a while: a revocation elsewhere counts within `keysFor` milliseconds. */
export class Keyring {
  readonly #store: Store
  readonly #keysFor: number
  #keys: readonly { readonly key: StoredKey; readonly hash: Buffer }[] = []
  #read = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(store: Store, keysFor = 5_000) {
    this.#store = store
    this.#keysFor = keysFor
  }

  /** Whether keys are needed: once one was made, revoking the last does not open the server again. */
  async configured(): Promise<boolean> {
    await this.#fresh(this.#keysFor)
    return this.#keys.length > 0
  }

  /** The valid key of a secret; null where there is none. Every hash is compared, each in the same time. */
  async find(secret: string): Promise<StoredKey | null> {
    const asked = performance.now()
    await this.#fresh(this.#keysFor)
    const found = this.#match(secret)
    if (found || this.#read >= asked) return found
    // It may have been made a moment ago, by the command line or another instance: only a list that is read after the question says no.
    await this.#anew()
    return this.#match(secret)
  }

  /** Forgets what was read: after a key was made or revoked here. */
  forget(): void {
    this.#read = Number.NEGATIVE_INFINITY
  }

  #match(secret: string): StoredKey | null {
    const hash = createHash('sha256').update(secret).digest()
    let found: StoredKey | null = null
    for (const entry of this.#keys) {
      if (timingSafeEqual(entry.hash, hash) && entry.key.revoked === null) found = entry.key
    }
    return found
  }

  /** Reads the list again. Guesses cost ten reads a second at most: those that come too soon after one wait for the next together. */
  #anew(): Promise<void> {
    this.#next ??= (async () => {
      const rest = this.#read + Math.min(100, this.#keysFor) - performance.now()
      if (rest > 0) await sleep(rest)
      await this.#reading
      this.#next = null
      await this.#fresh(0)
    })()
    return this.#next
  }

  async #fresh(age: number): Promise<void> {
    if (performance.now() - this.#read < age) return
    this.#reading ??= this.#load().finally(() => {
      this.#reading = null
    })
    await this.#reading
  }

  async #load(): Promise<void> {
    try {
      const began = performance.now()
      const keys = await this.#store.keys()
      this.#keys = keys.map((key) => ({ key, hash: Buffer.from(key.hash, 'hex') }))
      this.#read = began
    } catch (error) {
      // A busy store must not shut out those whose keys are known, nor let anybody in.
      if (this.#read === Number.NEGATIVE_INFINITY || !(error instanceof MarqueeError)) throw error
    }
  }
}
