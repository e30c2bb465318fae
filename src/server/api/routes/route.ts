import { createRoute, type RouteConfig, z } from '@hono/zod-openapi'
import { Id, Problem } from '../shapes.ts'

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
})
export const body = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { 'application/json': { schema } },
})

const problems = {
  400: problem('Something in the request is wrong; `place` says where.'),
  401: problem('A key is needed, or the one sent is not valid.'),
  403: problem('The key lacks the scope.'),
  404: problem('There is no such thing.'),
  409: problem('It conflicts with what is there.'),
  413: problem('The body is too large.'),
  415: problem('The body is not application/json.'),
  429: problem('Too many requests; Retry-After says when to come back.'),
  500: problem('A mistake of ours; the log has it under the request id.'),
  503: problem('Not now (store busy, no model yet, shutting down); Retry-After says when.'),
}

export type Scope = 'read' | 'feedback' | 'admin' | 'open'

/** A route with the scope that its key needs, every problem answer, and an operation id that names it in the client. */
export function route<const R extends Omit<RouteConfig, 'operationId'> & { operationId: string }>(
  scope: Scope,
  config: R,
) {
  const security = scope === 'open' ? [] : [{ key: [] }]
  return createRoute({
    ...config,
    security,
    'x-scope': scope,
    responses: { ...problems, ...config.responses },
  } as unknown as R & { responses: R['responses'] & typeof problems })
}

export const params = <N extends string>(name: N) => z.strictObject({ [name]: Id } as { [K in N]: typeof Id })
export const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')
export const list = (most: number) =>
  z
    .string()
    .max(20_000)
    .optional()
    .transform((text) => (text === undefined || text === '' ? [] : text.split(',')))
    .pipe(z.array(Id).max(most))
    .openapi({ type: 'string', description: 'separated by commas' } as never)
