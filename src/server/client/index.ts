export { type ClientOptions, createClient } from './client.ts'
export { ApiError, ConnectionError } from './errors.ts'
export { type OperationId, operations } from './operations.ts'
export type * from './types.ts'
