import { readFile } from 'node:fs/promises'
import { createKey, shownKey } from '../keys.ts'
import { HttpProblem } from '../problem.ts'
import type { HandlerContext, Handlers } from './types.ts'

type Names = 'listKeys' | 'createKey' | 'revokeKey' | 'storeInfo' | 'listReports' | 'live' | 'ready'

export function administrationHandlers(context: HandlerContext): Handlers<Names> {
  const { service, store, keyring, lifecycle, options } = context
  return {
    listKeys: async () => ({ keys: (await store.keys()).map(shownKey) }),
    createKey: async ({ body }) => {
      const { key, secret } = await createKey(store, body.name, body.scopes)
      keyring.forget()
      return { ...shownKey(key), secret }
    },
    revokeKey: async ({ params }) => {
      await store.revokeKey(params.id)
      keyring.forget()
      return { revoked: params.id }
    },
    storeInfo: async () => {
      const [counts, retraining] = await Promise.all([store.counts(), service.retraining()])
      return { store: store.name, counts: { ...counts }, ...retraining }
    },
    listReports: async () => ({ document: options.report ? await readReport(options.report) : null }),
    live: () => ({ status: 'live' as const }),
    ready: async () => {
      if (lifecycle.draining)
        throw new HttpProblem(503, 'closing', 'the server is ending', { headers: { 'retry-after': '5' } })
      await store.ping()
      const { models, missing } = service.ready()
      return { status: 'ready' as const, store: store.name, models: [...models], missing: [...missing] }
    },
  }
}

async function readReport(path: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  } catch (cause) {
    throw new HttpProblem(503, 'broken-report', 'the report given to the server cannot be read', {
      remedy: 'Write it again with `marquee reproduce`, or start without --report.',
      headers: { 'retry-after': '60' },
      cause,
    })
  }
}
