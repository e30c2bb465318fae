import type { Answer } from '../../api.ts'
import { count } from '../../format.ts'

/** What is kept, in counts, and how to take it elsewhere. */
export function Store({ store: { store, counts } }: { store: Answer<'storeInfo'> }) {
  const plain = Object.entries(counts).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  const events = Object.entries((counts.events ?? {}) as Record<string, unknown>).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  )
  return (
    <section className="panel stack" aria-labelledby="admin-store">
      <h2 id="admin-store">Store</h2>
      <p className="fine">
        <code>{store}</code>
      </p>
      <dl className="admin-counts" data-testid="counts">
        {plain.map(([name, n]) => (
          <div key={name}>
            <dt>{names[name] ?? name}</dt>
            <dd>{count(n)}</dd>
          </div>
        ))}
      </dl>
      {events.length > 0 && (
        <details>
          <summary>Events by kind</summary>
          <dl className="admin-counts">
            {events.map(([name, n]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{count(n)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      <p className="fine">
        All of it in one file: <code>marquee store export --store {address(store)} --out backup.ndjson.gz</code>, which{' '}
        <code>marquee store import</code> reads into another. Everything kept of one person:{' '}
        <code>GET /v1/users/ID/export</code>, and <code>DELETE /v1/users/ID</code> erases it. All feedback, page by
        page: <code>GET /v1/feedback?view=events</code>. The <a href="/docs/">API</a> has the details.
      </p>
    </section>
  )
}

/** "sqlite marquee.db", "postgres host/database" as the command line takes them. */
const address = (store: string) => store.replace(/^sqlite /, '').replace(/^postgres /, 'postgres://')

const names: Readonly<Record<string, string>> = {
  ratings: 'current ratings',
  lastSeq: 'last event',
}
