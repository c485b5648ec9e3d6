// record: what a run leaves behind: logs by offset, artifacts by digest, and the archive where both lie side by side.
// Owns: log, log_chunk, sealed_log, to_seal, artifact, retention_rule, pin, error_line, error_line_stop, result_file, test_case, test_result, finding.
// Tells: nothing; after `append`, `putArtifact` and for each run that `sealDue` names, the caller hints `run:ID`.
// Hears: nothing; `flow` calls `ended` soon after runs have ended, `missed` for those that a crash forgot, `reopenLog` for those that go on after all, and `sealDue` and `sweepArchive` from its timetable.
// Settings come in as RecordLimits; where the archive lies, and whether it is durable at once, as the arguments of `openArchiveStore`.
export { append, type RunHold } from './append.ts';
export {
  type ComparedLogs,
  type ComparePlace,
  compareLogs,
  type LogDifferenceFound,
  type RunSteps,
} from './compare/compare-logs.ts';
export { openDescription } from './describe-archive.ts';
export { type Downloads, listDownloads, openDownload } from './downloads.ts';
export { keepErrorLines, listErrorLines } from './error-lines.ts';
export { forgetCases, forgetResults } from './forget-results.ts';
export { keepingOf, keepingOfPlaces } from './keeping.ts';
export { latestNightly } from './latest-nightly.ts';
export { artifactPath, directoryOf, logPath, type RunPlace } from './layout.ts';
export { type RecordLimits, recordDefaults } from './limits.ts';
export { type ArchiveListing, listArchive } from './list-archive.ts';
export { caseHistory, listCases, listFindings, type ResultPlace, summariseResults } from './list-results.ts';
export { type LogNews, logNews } from './log-news.ts';
export { type LogSizes, logSizes } from './log-sizes.ts';
export {
  listArtifacts,
  type OpenFile,
  openArchiveFile,
  openArtifact,
  openSealedLog,
  type StoredArtifact,
} from './open-files.ts';
export { openStepLog, type StepLogFiles } from './open-step-log.ts';
export { listPins, type PinAsked, pin, unpin } from './pins.ts';
export { planPurge } from './plan-purge.ts';
export { type Marked, markDue, removeMarked } from './purge.ts';
export { putArtifact } from './put-artifact.ts';
export { type LogPart, type LogRange, readLog } from './read.ts';
export { type LineRange, type LinesPart, readLines } from './read-lines.ts';
export { readResultFiles } from './read-result-files.ts';
export { renderArchive } from './render-archive.ts';
export { reopenLog } from './reopen-log.ts';
export { listRetention, removeRetention, setRetention } from './retention-rules.ts';
export { sealDue } from './seal.ts';
export { type FoundLines, type LogSearch, type RunHit, type SearchPlace, searchLog } from './search-log.ts';
export { stillWriting } from './still-writing.ts';
export {
  type ArchiveEntry,
  type ArchiveKind,
  type ArchiveSettings,
  type ArchiveStore,
  openArchiveStore,
} from './store.ts';
export { sweepArchive } from './sweep.ts';
export { sweepOrphans } from './sweep-orphans.ts';
export { ended, missed } from './to-seal.ts';
export { createUploads, type UploadState, type Uploads } from './uploads.ts';
