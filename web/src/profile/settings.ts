import type { KeyValue } from './store.ts'

/** Choices of the visitor that are no part of their profile: not undone, not exported. */
export interface Settings {
  readonly diversity: number
  readonly popularityPenalty: number
  readonly genres: readonly string[]
  readonly yearFrom: number | null
  readonly yearTo: number | null
  /** Send feedback to the server under the random visitor id; null: not asked yet. */
  readonly share: boolean | null
  /** Recommend in this browser alone. */
  readonly browserOnly: boolean
  readonly precision: 'float32' | 'int8'
}

export const settingsKey = 'marquee.settings.v1'
export const standardSettings: Settings = {
  diversity: 0,
  popularityPenalty: 0,
  genres: [],
  yearFrom: null,
  yearTo: null,
  share: null,
  browserOnly: false,
  precision: 'float32',
}

const share01 = (value: unknown) => (typeof value === 'number' && value >= 0 && value <= 1 ? value : 0)
const year = (value: unknown) => (Number.isInteger(value) ? (value as number) : null)

/** Settings from what storage holds; what is not understood is as standard. */
export function readSettings(text: string | null): Settings {
  let given: Record<string, unknown> = {}
  try {
    const parsed: unknown = JSON.parse(text ?? '{}')
    if (typeof parsed === 'object' && parsed !== null) given = parsed as Record<string, unknown>
  } catch {
    // Unreadable settings are no loss.
  }
  return {
    diversity: share01(given.diversity),
    popularityPenalty: share01(given.popularityPenalty),
    genres: Array.isArray(given.genres) ? given.genres.filter((g): g is string => typeof g === 'string') : [],
    yearFrom: year(given.yearFrom),
    yearTo: year(given.yearTo),
    share: typeof given.share === 'boolean' ? given.share : null,
    browserOnly: given.browserOnly === true,
    precision: given.precision === 'int8' ? 'int8' : 'float32',
  }
}

/** Feedback goes to the server: where the visitor said so, and on this machine's own server unless they said no. Never in browser-only mode. */
export function shares(settings: Settings, hostname: string): boolean {
  if (settings.browserOnly) return false
  return settings.share ?? ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

export class SettingsStore {
  readonly #storage: KeyValue | null
  readonly #listeners = new Set<() => void>()
  #settings: Settings

  constructor(storage: KeyValue | null) {
    this.#storage = storage
    this.#settings = this.#read()
  }
  get settings(): Settings {
    return this.#settings
  }
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  set(part: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...part }
    try {
      this.#storage?.setItem(settingsKey, JSON.stringify(this.#settings))
    } catch {
      // Kept for this page only.
    }
    for (const listener of this.#listeners) listener()
  }
  reload(): void {
    this.#settings = this.#read()
    for (const listener of this.#listeners) listener()
  }
  #read(): Settings {
    try {
      return readSettings(this.#storage?.getItem(settingsKey) ?? null)
    } catch {
      return standardSettings
    }
  }
}
