// plan: configuration + push + cause → plan, or every mistake with its place. Pure: no clock, no disk, no database, no node.
export { type Compiled, type CompileInput, compile, planPush } from './compile.ts';
export {
  type Configuration,
  type ReadConfiguration,
  type ReadInput,
  type ReadingStage,
  readConfiguration,
} from './configuration.ts';
export { type ConfigurationMemory, createConfigurationMemory, type Remembered } from './configuration-memory.ts';
export type { DataFiles } from './data-files.ts';
export { declarationsText } from './declarations.ts';
export { costOf } from './diff/cost.ts';
export { diffConfigurations, isSame } from './diff/diff.ts';
export { printCost, printDiff } from './diff/print-diff.ts';
export type { Plan, PlannedJob, PushFacts } from './draft.ts';
export { type Budget, createGlob, type Glob } from './globs.ts';
export {
  type ImportInput,
  type ImportKind,
  type ImportResult,
  importConfiguration,
  importKinds,
} from './import/import.ts';
export { type Limit, limits } from './limits.ts';
export type { Facts } from './lint/facts.ts';
export { type Linted, lint } from './lint/index.ts';
export {
  configDirectory,
  configFile,
  configScript,
  type Loaded,
  loadConfiguration,
  type RunScript,
  type TreeFile,
  type TreeReader,
} from './load.ts';
export { nearest } from './nearest.ts';
export { type Explained, explainConfig } from './origin/explain.ts';
export { printOrigins } from './origin/print-origins.ts';
export { printMistakes } from './print-mistakes.ts';
export { printPlan } from './print-plan.ts';
export { printProfile, traceOf } from './print-profile.ts';
export { printSarif } from './print-sarif.ts';
export type { Clock, Span } from './profile.ts';
export { configReference, schemaText, withReference } from './reference.ts';
export { configSchema } from './schema/file.ts';
export type { Evaluated, EvaluateScript, ScriptFacts } from './script.ts';
export type { ConfigFile, Place } from './source.ts';
export { type PackageManager, packageManagers, type StarterOptions, schemaFile, starterFile } from './starter.ts';
export { starterScript } from './starter-script.ts';
export { type PlanStage, type Shown, showSelected, showStage } from './until/stages.ts';
