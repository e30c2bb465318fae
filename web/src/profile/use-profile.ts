import { useSyncExternalStore } from 'react'
import { api } from '../api.ts'
import { learnScale, onScale, serverScale } from '../scale.ts'
import type { ProfileDocument } from './document.ts'
import { Impressions } from './impressions.ts'
import { everything, Outbox, outboxKey, pendingOf } from './outbox.ts'
import { type Settings, SettingsStore, settingsKey, shares } from './settings.ts'
import { type KeyValue, ProfileStore, profileKey } from './store.ts'

/** The page's one profile, its settings, and the outbox that follows them. */

function usable(): Storage | null {
  try {
    localStorage.setItem('marquee.probe', '1')
    localStorage.removeItem('marquee.probe')
    return localStorage
  } catch {
    return null
  }
}

const storage = usable()
const memory = new Map<string, string>()
const fallback: KeyValue = {
  getItem: (key) => memory.get(key) ?? null,
  setItem: (key, value) => void memory.set(key, value),
  removeItem: (key) => void memory.delete(key),
}

export const profile = new ProfileStore(storage)
export const settings = new SettingsStore(storage)
export const outbox = new Outbox(
  storage ?? fallback,
  {
    // An import knows half stars where the data knows none: refused, they would be lost.
    async add(feedback) {
      stillSharing()
      const scale = await learnScale(serverScale)
      return api.addFeedback({
        feedback: feedback.map((one) => (one.value == null ? one : { ...one, value: onScale(one.value, scale) })),
      })
    },
    async remove(entry) {
      stillSharing()
      return api.deleteFeedback(entry)
    },
  },
  () => crypto.randomUUID(),
)

/** Throws where sharing ended while feedback was being sent: the rest stays here. */
function stillSharing(): void {
  if (!sharing()) throw new Error('feedback is not sent any more')
}

export const sharing = () => shares(settings.settings, location.hostname)

let timer: ReturnType<typeof setTimeout> | undefined
/** Soon, and again later after a failure; one tab at a time where the browser has locks. */
export function flushSoon(delay = 400): void {
  clearTimeout(timer)
  timer = setTimeout(() => {
    if (!sharing() || outbox.pending().length === 0) return
    const send = () => outbox.flush()
    const run = 'locks' in navigator ? navigator.locks.request('marquee.outbox', send) : send()
    run.catch(() => flushSoon(15_000))
  }, delay)
}

/** Beyond so much that waits for the server, impressions are let go: ratings need the room. */
const roomFor = 1_000

/** Go where feedback goes, and only of a visitor who has said something: looking alone makes nobody an id. */
export const impressions = new Impressions(
  (seen) => {
    if (outbox.pending().length > roomFor) return
    try {
      outbox.put(seen.map((one) => ({ ...one, action: 'put', kind: 'impression', value: null })))
    } catch {
      // No room in storage.
      return
    }
    flushSoon()
  },
  () => sharing() && outbox.knownVisitor() !== null,
  () => new Date().toISOString(),
)

profile.onEdits((edits) => {
  if (!sharing()) return
  try {
    outbox.put(pendingOf(edits, new Date().toISOString()))
  } catch {
    // No room in storage: the profile says so to the visitor, and what they said still counts in this page.
    return
  }
  flushSoon()
})
window.addEventListener('online', () => flushSoon(0))
window.addEventListener('storage', (event) => {
  if (event.key === profileKey || event.key === null) profile.reload()
  if (event.key === settingsKey || event.key === null) settings.reload()
  if (event.key === outboxKey) flushSoon(5_000)
})
flushSoon(1_500)

/** Begins to share (all there is goes to the server) or ends it (what waits is dropped; what was sent stays until erased). */
export function setSharing(on: boolean): void {
  const before = sharing()
  settings.set({ share: on })
  if (on && !before && sharing()) {
    outbox.put(pendingOf(everything(profile.document), new Date().toISOString()))
    flushSoon(0)
  }
  if (!on) outbox.drop()
}

/** Everything of this visitor, here and on the server. Rejects where the server did not erase; then only that remains. */
export async function eraseEverything(): Promise<{ onServer: boolean }> {
  const visitor = outbox.knownVisitor()
  impressions.drop()
  outbox.drop()
  profile.erase()
  if (visitor === null) return { onServer: false }
  // What is on its way would arrive after the erasing, and stay.
  await outbox.settled()
  let erased = true
  await api.eraseUser(visitor).catch((error: unknown) => {
    // Nothing was ever kept there under this id.
    if ((error as { status?: number }).status !== 404) throw error
    erased = false
  })
  // The id goes only when the server has forgotten it: until then it is what erasing needs.
  outbox.clear()
  return { onServer: erased }
}

export function useProfile(): ProfileDocument {
  return useSyncExternalStore(profile.subscribe, () => profile.document)
}
export function useSettings(): Settings {
  return useSyncExternalStore(settings.subscribe, () => settings.settings)
}
