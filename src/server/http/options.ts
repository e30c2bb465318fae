import type { Logger } from 'pino'
import type { Store } from '../../store/store.ts'
import type { Service } from '../service/service.ts'

/** How the HTTP layer behaves; every field has a default. */
export interface AppOptions {
  /** Where request lines and our own mistakes go; silent without. */
  readonly log?: Logger
  /** What needs no key although keys are configured. */
  readonly publicScopes?: readonly ('read' | 'feedback')[]
  /** Origins ("https://films.example") whose pages may call the API. */
  readonly cors?: readonly string[]
  /** Requests a second for each key, or each peer without a key; twice as many may come at once. null: no limit. */
  readonly rateLimit?: number | null
  /** Believe the last entry of X-Forwarded-For, and X-Forwarded-Host. */
  readonly trustProxy?: boolean
  /** The server is bound to a loopback address, so a Host header that names another is an attack (DNS rebinding). */
  readonly loopbackOnly?: boolean
  /** Folder of the built page; null: the API alone. */
  readonly web?: string | null
  /** Folder of the docs page's assets; null: none. */
  readonly docs?: string | null
  /** The results.json of `marquee reproduce`, read at each request of GET /v1/reports. */
  readonly report?: string | null
  /** Folder for the files that browsers download to run a model themselves. Default: one of its own among the temporary files. */
  readonly browserFolder?: string
  /** How long a list of keys is believed, in milliseconds. Default 5,000. */
  readonly keysFor?: number
  /** Between two comments on a silent event stream, in milliseconds. Default 15,000. */
  readonly heartbeat?: number
}

export interface AppContext {
  readonly service: Service
  readonly store: Store
  readonly options: AppOptions
}
