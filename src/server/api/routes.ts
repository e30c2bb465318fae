/** Every route of the API, by operation id. The server registers them, the client is typed by them, /openapi.json shows them. */

export * from './routes/administration.ts'
export * from './routes/browser.ts'
export * from './routes/feedback.ts'
export * from './routes/health.ts'
export * from './routes/lab.ts'
export * from './routes/map.ts'
export * from './routes/models.ts'
export * from './routes/movies.ts'
export * from './routes/recommendations.ts'
export * from './routes/studies.ts'
export * from './routes/training.ts'
export * from './routes/users.ts'
