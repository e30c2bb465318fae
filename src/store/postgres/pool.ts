import pg from 'pg'

const int8 = 20

/** Connections that set themselves up. `patience`: milliseconds to wait for a connection, and for a lock. */
export function openPool(url: string, patience: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'marquee',
    max: 10,
    connectionTimeoutMillis: patience,
    keepAlive: true,
    // A store that somebody forgot to close does not keep the process alive.
    allowExitOnIdle: true,
    types: {
      // Counts and positions are far below 2^53.
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === int8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
    },
    onConnect: (client) => setUp(client, patience),
  })
  // PostgreSQL went away under a connection: whoever uses it learns of it, nobody crashes, and the next one is new.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

async function setUp(client: pg.ClientBase, patience: number): Promise<void> {
  // Tables of our own, whatever else lives in the database. A commit that is acknowledged is on the disk, also where the
  // server's own setting says otherwise.
  await client.query(`
    set search_path to marquee;
    set client_min_messages to warning;
    set lock_timeout to ${Math.max(1, Math.round(patience))};
    select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`)
}
