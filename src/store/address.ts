import { MarqueeError } from '../core/errors.ts'

export type StoreAddress =
  | { readonly kind: 'sqlite'; readonly path: string }
  /** `place` is "host/database": what may be shown and logged. */
  | { readonly kind: 'postgres'; readonly url: string; readonly place: string }

const forms = 'It is a file (marquee.db, sqlite:marquee.db) or postgres://user@host/database.'

/** What --store means. Throws `bad-store`; no message repeats a password. */
export function parseStoreAddress(text: string): StoreAddress {
  const refuse = (what: string): MarqueeError =>
    new MarqueeError('bad-store', what, { place: '--store', remedy: forms })
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase()
  if (scheme === 'postgres' || scheme === 'postgresql') {
    const url = /^\w+:\/\//.test(text) && URL.canParse(text) ? new URL(text) : null
    const database = url ? decodeURIComponent(url.pathname.slice(1)) : ''
    if (!url || database === '') throw refuse('the address of the PostgreSQL database is not complete')
    return {
      kind: 'postgres',
      url: text,
      place: `${url.host || url.searchParams.get('host') || 'localhost'}/${database}`,
    }
  }
  if (scheme !== undefined && scheme !== 'sqlite') throw refuse(`${scheme}: is no kind of store`)
  // sqlite:///srv/marquee.db is as common as sqlite:/srv/marquee.db.
  const path = scheme === 'sqlite' ? text.slice('sqlite:'.length).replace(/^\/\/(?=.)/, '') : text
  if (path.trim() === '') throw refuse('there is no path')
  if (path.startsWith(':memory:')) throw refuse('a store in memory would lose what it has acknowledged')
  return { kind: 'sqlite', path }
}
