import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readManifest } from '../../../catalogue/artefact-load.ts'
import { MarqueeError } from '../../../core/errors.ts'
import type { Store, StoredModel, Traffic } from '../../../store/store.ts'
import { Catalogue } from '../movies/catalogue.ts'
import type { ServiceEvent } from '../service.ts'
import type { Live } from '../shelf/live.ts'
import { Shelf } from '../shelf/shelf.ts'
import { storedModelOf } from '../shelf/version.ts'
import { mainVariant, variantOf } from '../traffic.ts'

/** Loaded versions without traffic that are kept, the newest; more are unloaded as others are added. */
const idleKept = 4

/** Milliseconds until an artefact that is there but could not be loaded is tried again; one that is not there is looked for each time. */
const secondTry = 60_000

/** What answers now: the traffic in force, its versions loaded, and the catalogue of the main one. Replaced as a whole. */
interface InForce {
  readonly traffic: Traffic
  readonly main: Live
  readonly catalogue: Catalogue
}

/** Traffic of the store that this instance cannot put in force. */
interface Behind {
  /** As JSON: told of once. */
  readonly traffic: string
  readonly missing: readonly Missing[]
  readonly again: number
}

interface Missing {
  readonly version: string
  readonly artefact: string
  readonly error: unknown
}

/**
 * Which versions there are and which of them answer. A change is prepared beside (loaded, tried out, its catalogue made) and then
 * put in force by one assignment: requests under way finish with what they began with, and where anything fails what was in force stays.
 */
export class ModelDesk {
  readonly shelf = new Shelf()
  private readonly store: Store
  private readonly emit: (event: ServiceEvent) => void
  private inForce: InForce | null = null
  private behind: Behind | null = null
  /** Changes are made one after the other. */
  private changing: Promise<unknown> = Promise.resolve()

  private readonly beforeChange: () => Promise<void>

  /** `beforeChange` is waited for before other traffic is written: what belongs to the old one is counted for it. */
  constructor(store: Store, emit: (event: ServiceEvent) => void, beforeChange: () => Promise<void>) {
    this.store = store
    this.emit = emit
    this.beforeChange = beforeChange
  }

  /** Throws `no-model` while nothing answers. */
  get current(): InForce {
    if (this.inForce) return this.inForce
    throw new MarqueeError('no-model', 'no model is live yet', {
      remedy: 'Register one: POST /v1/models with the folder of an artefact, or start the server with --artefact.',
    })
  }

  get any(): boolean {
    return this.inForce !== null
  }

  /** Versions that have traffic in the store and cannot be loaded here: what was in force before goes on answering. */
  get missing(): string[] {
    return this.behind?.missing.map(({ version }) => version) ?? []
  }

  /** Why the first of them cannot be loaded. */
  get whyMissing(): unknown {
    return this.behind?.missing[0]?.error ?? null
  }

  /** The version for somebody: the one asked for, or by the traffic; without a user the one with the largest share. Throws `unknown-model`. */
  choose(model: string | undefined, user: string | null): Live {
    if (model !== undefined) {
      if (!this.shelf.get(model) && this.inForce?.main.stored.model === model) return this.inForce.main
      return this.shelf.find(model)
    }
    const { traffic, main } = this.current
    if (user === null || traffic.variants.length === 1) return main
    return this.shelf.get(variantOf(traffic, user)) ?? main
  }

  /**
   * Registers the artefact in a folder and loads it. Answers null where its version was registered before. Throws what
   * loading throws; then nothing is registered.
   */
  add(directory: string): Promise<{ readonly stored: StoredModel; readonly fresh: boolean }> {
    return this.change(async () => {
      const stored = storedModelOf(directory, readManifest(directory))
      const known = (await this.store.models()).find(({ version }) => version === stored.version)
      // The same version in another folder is a copy, which must stand the same test before its folder is the one relied on.
      const same = known?.artefact === stored.artefact
      const live = same ? await this.shelf.load(known!) : await this.shelf.open(stored)
      if (!same) await this.store.putModel(stored)
      this.trim(live.version)
      return { stored: live.stored, fresh: known === undefined }
    })
  }

  /** All traffic to one version. Throws `unknown-model`, and what loading throws. */
  activate(version: string): Promise<Live> {
    return this.change(async () => {
      if (this.inForce && this.inForce.traffic.variants.length === 1 && this.inForce.main.version === version) {
        return this.inForce.main
      }
      const salt = this.inForce?.traffic.salt ?? 'marquee'
      const traffic = { variants: [{ version, share: 1 }], salt, since: new Date().toISOString() }
      return (await this.enforce(traffic, true)).main
    })
  }

  /** A version takes over the share of another; all of them where that one has none any more. */
  succeed(old: string, version: string): Promise<void> {
    return this.change(async () => {
      const traffic = this.inForce?.traffic
      const kept = traffic?.variants.filter((variant) => variant.version !== version) ?? []
      const had = kept.some((variant) => variant.version === old)
      const variants = had
        ? kept.map(({ version: other, share }) => ({ version: other === old ? version : other, share }))
        : [{ version, share: 1 }]
      await this.enforce({ variants, salt: traffic?.salt ?? 'marquee', since: new Date().toISOString() }, true)
    })
  }

  /** Throws `unknown-model`, `bad-request` where the shares do not sum to 1 or a version stands twice. */
  split(variants: Traffic['variants'], salt: string | undefined): Promise<Traffic> {
    return this.change(async () => {
      const sum = variants.reduce((total, { share }) => total + share, 0)
      if (Math.abs(sum - 1) > 1e-6) {
        throw new MarqueeError('bad-request', `the shares sum to ${Number(sum.toPrecision(6))}`, {
          place: 'body.variants',
          remedy: 'Shares of the users sum to 1.',
        })
      }
      const versions = new Set(variants.map(({ version }) => version))
      if (versions.size < variants.length) {
        throw new MarqueeError('bad-request', 'a version stands twice', {
          place: 'body.variants',
          remedy: 'Give each version one share.',
        })
      }
      const kept = salt ?? this.inForce?.traffic.salt ?? 'marquee'
      return (await this.enforce({ variants, salt: kept, since: new Date().toISOString() }, true)).traffic
    })
  }

  /** Takes a version off the shelf and the list; its artefact stays. Throws `unknown-model`, `in-use`. */
  remove(version: string): Promise<void> {
    return this.change(async () => {
      await this.stored(version)
      if (this.inForce?.traffic.variants.some((variant) => variant.version === version)) {
        throw new MarqueeError('in-use', `${version} has traffic`, { remedy: 'Activate another version first.' })
      }
      await this.store.removeModel(version)
      this.shelf.unload(version)
      this.emit({ level: 'info', event: 'model-removed', fields: { version } })
    })
  }

  /**
   * Puts in force what the store says: at the start, and when another instance has changed it. True where there was a change.
   * Where a version of it cannot be loaded (its folder is not on this machine, say), what is in force stays, that is said once,
   * and it is tried again each time.
   */
  follow(): Promise<boolean> {
    return this.change(async () => {
      const traffic = await this.store.traffic()
      const wanted = JSON.stringify(traffic)
      if (!traffic || wanted === JSON.stringify(this.inForce?.traffic)) {
        this.behind = null
        return false
      }
      const before = this.behind?.traffic === wanted ? this.behind : null
      if (before && (performance.now() < before.again || before.missing.some(({ artefact }) => !isThere(artefact)))) {
        return false
      }
      const missing = await this.loadAll(traffic)
      if (missing.length > 0) {
        if (!before) this.tellMissing(missing)
        const again = performance.now() + (missing.some(({ artefact }) => isThere(artefact)) ? secondTry : 0)
        this.behind = { traffic: wanted, missing, again }
        return false
      }
      await this.enforce(traffic, false)
      this.behind = null
      return true
    })
  }

  /** All traffic of this instance to one version, the store's left as it is: until what the store says can be followed. */
  standIn(version: string): Promise<void> {
    return this.change(async () => {
      const { salt = 'marquee' } = (await this.store.traffic()) ?? {}
      await this.enforce({ variants: [{ version, share: 1 }], salt, since: new Date().toISOString() }, false)
    })
  }

  private async loadAll(traffic: Traffic): Promise<Missing[]> {
    const missing: Missing[] = []
    for (const { version } of traffic.variants) {
      const stored = await this.stored(version)
      await this.shelf.load(stored).catch((error: unknown) => {
        missing.push({ version, artefact: stored.artefact, error })
      })
    }
    return missing
  }

  private tellMissing(missing: readonly Missing[]): void {
    const keeps = this.inForce?.traffic.variants.map(({ version }) => version) ?? []
    for (const { version, artefact, error } of missing) {
      this.emit({ level: 'warn', event: 'model-not-seen', fields: { version, artefact, keeps }, error })
    }
  }

  /** The catalogue again: movies of the store have changed. */
  refresh(): Promise<void> {
    return this.change(async () => {
      if (!this.inForce) return
      const { traffic, main } = this.inForce
      this.inForce = { traffic, main, catalogue: await Catalogue.create(main, this.store) }
    })
  }

  /** Throws `unknown-model`. */
  async stored(version: string): Promise<StoredModel> {
    const models = await this.store.models()
    const found = models.find((model) => model.version === version)
    if (found) return found
    throw new MarqueeError('unknown-model', `there is no version ${JSON.stringify(version)}`, {
      remedy: 'GET /v1/models lists them.',
    })
  }

  private async enforce(traffic: Traffic, write: boolean): Promise<InForce> {
    for (const { version } of traffic.variants) await this.shelf.load(await this.stored(version))
    const main = this.shelf.get(mainVariant(traffic))!
    const before = this.inForce
    const catalogue = before?.main === main ? before.catalogue : await Catalogue.create(main, this.store)
    if (write) {
      await this.beforeChange()
      await this.store.setTraffic(traffic)
      this.behind = null
    }
    this.inForce = { traffic, main, catalogue }
    this.trim()
    this.emit({ level: 'info', event: 'traffic', fields: { variants: traffic.variants } })
    return this.inForce
  }

  /** Unloads the oldest versions without traffic, `but` excepted. */
  private trim(but?: string): void {
    const busy = new Set(this.inForce?.traffic.variants.map(({ version }) => version))
    const idle = this.shelf
      .all()
      .filter(({ version }) => !busy.has(version) && version !== but)
      .sort((a, b) => (a.stored.created < b.stored.created ? 1 : -1))
    for (const { version } of idle.slice(idleKept)) this.shelf.unload(version)
  }

  private change<T>(work: () => Promise<T>): Promise<T> {
    const run = this.changing.then(work)
    this.changing = run.then(
      () => undefined,
      () => undefined,
    )
    return run
  }
}

const isThere = (artefact: string): boolean => existsSync(join(artefact, 'manifest.json'))
