export { formatLines, parseLines } from './ndjson.ts'
export { type OpenOptions, openStore } from './open.ts'
export { seedMovies } from './seed.ts'
export * from './store.ts'
