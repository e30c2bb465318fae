import { describeStore } from '../contracts/store.ts'
import { temporaryStores } from './helpers.ts'

const path = temporaryStores()

describeStore('sqlite', async () => path())
