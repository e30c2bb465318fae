export * from './alias.ts'
export * from './negatives.ts'
