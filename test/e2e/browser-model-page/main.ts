/** The page's own loader at hand for a test, in a page that the real server serves with its real headers. */
import * as browserModel from '../../../web/src/browser-model/index.ts'

Object.assign(globalThis, { browserModel })
