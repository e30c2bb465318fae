export { itemKnnDefinition } from './item-knn.ts'
export { userKnnDefinition } from './user-knn.ts'
