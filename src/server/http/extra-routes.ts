import { standardFolder } from '../browser/browser-models.ts'
import { browserModelFiles } from './browser-model.ts'
import type { GateRoute, Passage } from './gate.ts'
import type { AppContext } from './options.ts'
import type { Reply } from './reply.ts'

/** A route that answers with files rather than JSON, and is in no schema. It goes through the gate like all others. */
export interface ExtraRoute extends GateRoute {
  readonly method: 'GET' | 'POST'
  /** As Hono writes it: "/v1/models/:version/browser/:file". */
  readonly path: string
  readonly handle: (passage: Passage) => Promise<Reply> | Reply
}

export function extraRoutes({ options }: AppContext): readonly ExtraRoute[] {
  return [browserModelFiles(options.browserFolder ?? standardFolder())]
}
