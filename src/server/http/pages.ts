import type { Hono } from 'hono'
import type { Gate, GateRoute, Passage } from './gate.ts'
import type { AppOptions } from './options.ts'
import { HttpProblem } from './problem.ts'
import type { Reply } from './reply.ts'
import { type AppEnv, header } from './request.ts'
import { pageHeaders } from './security.ts'
import { StaticFolder } from './static.ts'

/** Paths of the API: an unknown one below them is a mistake, never the page. */
const api = /^\/(v1|health|docs|metrics|openapi\.json)(\/|$)/

/** Serves the page at every path that is not the API's, and the API's browsable description at /docs/. */
export function pages(app: Hono<AppEnv>, gate: Gate, { web = null, docs = null }: AppOptions): void {
  const route = (name: string): GateRoute => ({ name, scope: 'open', cost: 0, headers: pageHeaders })
  const description = docs === null ? null : new StaticFolder(docs)
  app.get(
    '/docs',
    gate.through(route('docs'), () => ({ status: 308, body: null, headers: { location: '/docs/' } })),
  )
  app.get(
    '/docs/*',
    gate.through(route('docs'), async ({ c }) => {
      const path = c.req.path.slice('/docs/'.length)
      const reply = await description?.serve(c, path === '' ? 'index.html' : path)
      return reply ?? missing(description === null ? notBuilt('the docs page') : 'there is no such file')
    }),
  )
  if (web === null) {
    app.get(
      '/',
      gate.through(route('page'), () => missing(notBuilt('the page'))),
    )
    return
  }
  const page = new StaticFolder(web)
  app.get('*', async (c, next) => {
    if (api.test(c.req.path)) return next()
    return gate.through(route('page'), (passage) => servePage(page, passage))(c)
  })
}

/** A file of the page; for any other address that a browser opens, the page itself, which knows its own addresses. */
async function servePage(page: StaticFolder, { c }: Passage): Promise<Reply> {
  const { path } = c.req
  const file = path === '/' ? null : await page.serve(c, path)
  if (file) return file
  const wantsPage = path === '/' || (header(c, 'accept')?.includes('text/html') && !/\.\w+$/.test(path))
  const index = wantsPage ? await page.serve(c, 'index.html') : null
  return index ?? missing('there is nothing at this path')
}

const notBuilt = (what: string): string => `${what} has not been built`

function missing(what: string): never {
  const remedy = what.includes('built')
    ? 'Build it with `npm ci`, or `node scripts/prepare.mjs`.'
    : 'GET /openapi.json lists what there is.'
  throw new HttpProblem(404, 'no-route', what, { place: 'path', remedy })
}
