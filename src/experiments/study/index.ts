export { type Preference, preference, signTest, wilson } from './analysis.ts'
export { type Behind, type Question, type QuestionOptions, Questions, type Shown } from './questions.ts'
export { Study, type StudyAnswer, type StudyResults, studyResults } from './study.ts'
export { type Profiles, StudySystems, type SystemName } from './systems.ts'
