export * from './losses.ts'
