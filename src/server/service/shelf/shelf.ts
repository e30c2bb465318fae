import { MarqueeError } from '../../../core/errors.ts'
import type { StoredModel } from '../../../store/store.ts'
import { Live } from './live.ts'
import { loadInBackground } from './load.ts'
import { versionOf } from './version.ts'

/** Loads a registered version and tries it out. Throws what loadArtefact throws, and `broken-artefact` for one that is not the one registered, or gives no numbers. */
async function open(stored: StoredModel): Promise<Live> {
  const artefact = await loadInBackground(stored.artefact)
  const found = versionOf(artefact.manifest)
  if (found !== stored.version) {
    throw new MarqueeError('broken-artefact', `the folder now holds ${found}, not ${stored.version}`, {
      place: stored.artefact,
      remedy: 'Register it as a new version.',
    })
  }
  const live = new Live(stored, artefact)
  await tryOut(live)
  return live
}

/** Scores for nobody and for one rating: opens the model's sessions, and finds the NaN before a visitor does. */
async function tryOut({ model, train, version }: Live): Promise<void> {
  const item = train.count > 0 ? train.item[0]! : 0
  const profiles = [[], [{ item, rating: train.scale.max }]].slice(0, model.abilities.foldIn ? 2 : 1)
  for (const profile of profiles) {
    const scores = await model.scoreAll({ profile })
    await model.scoreItems?.({ profile }, Int32Array.of(item))
    for (let n = 0; n < scores.length; n++) {
      if (Number.isFinite(scores[n]!)) continue
      throw new MarqueeError('broken-artefact', `${version} scores item ${train.items.id(n)} with ${scores[n]}`, {
        remedy: 'Train again.',
      })
    }
  }
}

/** The versions that are loaded. Putting one in place of another is one assignment; nothing waits for it. */
export class Shelf {
  private readonly loaded = new Map<string, Live>()
  private readonly loading = new Map<string, Promise<Live>>()

  /** Loaded versions, in the order of loading. */
  all(): Live[] {
    return [...this.loaded.values()]
  }

  get(version: string): Live | undefined {
    return this.loaded.get(version)
  }

  /** A version by its name, or the newest loaded of a model's name. Throws `unknown-model`. */
  find(name: string): Live {
    const exact = this.loaded.get(name)
    if (exact) return exact
    const [newest] = this.all()
      .filter(({ stored }) => stored.model === name)
      .sort((a, b) => (a.stored.created < b.stored.created ? 1 : -1))
    if (newest) return newest
    throw new MarqueeError('unknown-model', `no live model has the version or name ${JSON.stringify(name)}`, {
      remedy: `Live: ${
        this.all()
          .map(({ version }) => version)
          .join(', ') || 'none'
      }.`,
    })
  }

  /** Loads a version unless it is loaded; calls for the same one share the work. Those loaded already go on answering. */
  load(stored: StoredModel): Promise<Live> {
    const there = this.loaded.get(stored.version)
    if (there) return Promise.resolve(there)
    let opening = this.loading.get(stored.version)
    if (!opening) {
      opening = open(stored)
        .then((live) => {
          this.loaded.set(stored.version, live)
          return live
        })
        .finally(() => this.loading.delete(stored.version))
      this.loading.set(stored.version, opening)
    }
    return opening
  }

  /** Loads a version whether it is loaded or not, and puts it in the place of one that is. */
  async open(stored: StoredModel): Promise<Live> {
    const live = await open(stored)
    this.loaded.get(stored.version)?.retire()
    this.loaded.set(stored.version, live)
    return live
  }

  /** Requests that hold it finish on it; then it is freed. */
  unload(version: string): void {
    this.loaded.get(version)?.retire()
    this.loaded.delete(version)
  }

  /** Unloads all of them. */
  close(): void {
    for (const { version } of this.all()) this.unload(version)
  }
}

/** Runs a request on a version, counted. */
export async function using<T>(live: Live, work: (live: Live) => Promise<T>): Promise<T> {
  live.inFlight++
  try {
    return await work(live)
  } finally {
    live.inFlight--
    live.settle()
  }
}
