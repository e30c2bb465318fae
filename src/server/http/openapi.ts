import { OpenAPIHono } from '@hono/zod-openapi'
import { packageVersion } from '../../catalogue/artefact.ts'
import * as routes from '../api/routes.ts'

const description = `Movie recommendations by deep collaborative filtering.

Errors are \`application/problem+json\` with a stable \`code\`, what is wrong, where, and what to do. Keys go into
\`X-API-Key\` or \`Authorization: Bearer\`; each route names the scope it needs as \`x-scope\`. Without any key made, every
route works, those of scope \`admin\` only from the machine itself.`

const tags = [
  { name: 'recommendations', description: 'Lists, predictions and explanations, for users and for anybody.' },
  { name: 'movies', description: 'Finding movies.' },
  { name: 'feedback', description: 'What people did with movies: kept as events.' },
  { name: 'users', description: 'Optional: users also come into being by their first feedback.' },
  { name: 'map', description: 'How the model sees the movies.' },
  { name: 'models', description: 'Versions, which of them answer, and what feedback each has earned.' },
  { name: 'training', description: 'Training in the background.' },
  { name: 'studies', description: 'Blinded comparisons of two systems by people.' },
  { name: 'lab', description: 'Data and published figures.' },
  { name: 'administration', description: 'Keys and counts.' },
  { name: 'health', description: 'For whoever watches over the process.' },
]

/** The OpenAPI 3.1 document, from the very schemas that validate requests. */
export function openApiDocument(): Record<string, unknown> {
  const app = new OpenAPIHono()
  for (const route of Object.values(routes)) app.openAPIRegistry.registerPath(route)
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', { type: 'apiKey', in: 'header', name: 'X-API-Key' })
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' })
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Marquee',
      version: packageVersion(),
      description,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: '/' }],
    tags,
  }) as unknown as Record<string, unknown>
}
