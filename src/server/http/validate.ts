import type { z } from '@hono/zod-openapi'
import { isBadText } from './body.ts'
import { HttpProblem } from './problem.ts'
import type { RequestContext } from './request.ts'

type Part = 'path' | 'query' | 'body'

/** What a schema makes of a part of the request. Throws 400 naming the first place that is wrong, and how many more are. */
export function validate<S extends z.ZodType>(schema: S, value: unknown, part: Part): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [first, ...others] = result.error.issues
  const { place, what, remedy } = describe(first!, part, value)
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  throw new HttpProblem(400, 'invalid-request', `${what}${more}`, { place, remedy })
}

interface Issue {
  readonly code?: string | undefined
  readonly path: readonly PropertyKey[]
  readonly message: string
}

function describe(issue: Issue, part: Part, value: unknown): { place: string; what: string; remedy: string } {
  const at = (path: readonly PropertyKey[]): string => [part, ...path.map(short)].join('.')
  const remedy = 'GET /openapi.json has the schema, /docs shows it.'
  if (issue.code === 'unrecognized_keys') {
    const keys = (issue as unknown as { keys: string[] }).keys
    const inner = (issue as unknown as { path: PropertyKey[] }).path
    return {
      place: at([...inner, keys[0]!]),
      what: `there is no field "${keys.slice(0, 5).map(short).join('", "')}"`,
      remedy,
    }
  }
  const given = issue.path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)?.[key], value)
  const missing = given === undefined && issue.path.length > 0
  const what = missing ? 'it is missing' : `${sentence(issue.message)}${shown(given)}`
  return { place: at(issue.path), what, remedy }
}

const sentence = (message: string): string => {
  const text = message.replace(/^Invalid input: /, '').replace(/^Invalid input$/, 'it has none of the shapes allowed')
  return text.charAt(0).toLowerCase() + text.slice(1)
}

/** The offending value where it is short enough to help. */
function shown(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return `, and this is ${value}`
  if (typeof value === 'string' && !/^(expected string|an id)/.test(value))
    return `, and this is ${JSON.stringify(short(value))}`
  return ''
}

const short = (key: PropertyKey): string => {
  const text = String(key)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** Also what was left of bytes that are no UTF-8. */
const isBad = (text: string): boolean => isBadText(text) || text.includes('\ufffd')

/** The query as an object of texts. Throws 400 for a field that comes twice and for what is not percent-encoded UTF-8. */
export function queryOf(c: RequestContext): Record<string, string> {
  const { url } = c.req
  const start = url.indexOf('?')
  if (start < 0) return {}
  const result: Record<string, string> = Object.create(null)
  for (const [name, text] of new URLSearchParams(url.slice(start + 1))) {
    if (isBad(name) || isBad(text)) {
      const what = 'it is not percent-encoded UTF-8, or holds a NUL character'
      throw new HttpProblem(400, 'invalid-request', what, { place: `query.${short(name)}` })
    }
    if (name in result) {
      const remedy = 'Send it once; lists are separated by commas.'
      throw new HttpProblem(400, 'invalid-request', 'it comes more than once', {
        place: `query.${short(name)}`,
        remedy,
      })
    }
    result[name] = text
  }
  return { ...result }
}

/** Path parameters, decoded. */
export function paramsOf(c: RequestContext): Record<string, string> {
  const params = c.req.param() as Record<string, string>
  for (const [name, text] of Object.entries(params)) {
    if (isBad(text)) {
      const what = 'it is not percent-encoded UTF-8, or holds a NUL character'
      throw new HttpProblem(400, 'invalid-request', what, { place: `path.${name}` })
    }
  }
  return params
}
