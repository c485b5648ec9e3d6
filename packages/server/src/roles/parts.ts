// What the roles of a process share: rooms' stores and limits, made from the settings.
import path from 'node:path';
import { scriptDefaults } from '@signalbox/plan/thread';
import type { Key } from '../access/index.ts';
import { createTell, type Db, type Live } from '../base/index.ts';
import type { Log, Metrics } from '../base/telemetry/index.ts';
import { openConfigurations } from '../flow/configurations.ts';
import { defineCiMetrics } from '../flow/metrics.ts';
import { createSettlePipelines } from '../flow/settle-pipelines.ts';
import { topics } from '../flow/subscribers.ts';
import type { Timetable } from '../flow/timetable.ts';
import { openMirrors } from '../forges/index.ts';
import type { QueueLimits } from '../queue/index.ts';
import { createUploads, openArchiveStore, type RecordLimits, recordDefaults } from '../record/index.ts';
import type { Settings } from '../settings.ts';
import { archiveOf } from './archive.ts';
import { watchDisks } from './disks.ts';
import type { Stops } from './stops.ts';

type Gathering = {
  settings: Settings;
  data: string;
  db: Db;
  queueDb: Db;
  live: Live;
  log: Log;
  metrics: Metrics;
  key: Key;
  stops: Stops;
};

export async function gatherParts({ settings, data, db, queueDb, live, log, metrics, key, stops }: Gathering) {
  const queueLimits: QueueLimits = {
    leaseSeconds: settings.SIGNALBOX_LEASE_SECONDS,
    firstLeaseSeconds: settings.SIGNALBOX_FIRST_LEASE_SECONDS,
    outageSeconds: settings.SIGNALBOX_OUTAGE_SECONDS,
    retrySeconds: settings.SIGNALBOX_RETRY_SECONDS,
    retryMostSeconds: settings.SIGNALBOX_RETRY_MOST_SECONDS,
    quarantineAfter: settings.SIGNALBOX_QUARANTINE_AFTER,
    classSeconds: settings.SIGNALBOX_CLASS_SECONDS,
    prioritySeconds: settings.SIGNALBOX_PRIORITY_SECONDS,
  };
  const recordLimits: RecordLimits = {
    ...recordDefaults,
    appendBytes: settings.SIGNALBOX_LOG_APPEND_BYTES,
    logBytes: settings.SIGNALBOX_LOG_STEP_BYTES,
    readBytes: settings.SIGNALBOX_LOG_READ_BYTES,
    searchSeconds: settings.SIGNALBOX_LOG_SEARCH_SECONDS,
    searchBytes: settings.SIGNALBOX_LOG_SEARCH_BYTES,
    searches: settings.SIGNALBOX_LOG_SEARCHES,
    callerSearches: settings.SIGNALBOX_LOG_CALLER_SEARCHES,
    searchWaitSeconds: settings.SIGNALBOX_LOG_SEARCH_WAIT_SECONDS,
    searchThreads: settings.SIGNALBOX_LOG_SEARCH_THREADS,
    compareSeconds: settings.SIGNALBOX_LOG_COMPARE_SECONDS,
    compareLines: settings.SIGNALBOX_LOG_COMPARE_LINES,
    errorLines: settings.SIGNALBOX_ERROR_LINES,
    resultEntries: settings.SIGNALBOX_RESULT_ENTRIES,
    resultSeconds: settings.SIGNALBOX_RESULT_SECONDS,
    resultBytes: settings.SIGNALBOX_RESULT_BYTES,
    artifactBytes: settings.SIGNALBOX_ARTIFACT_BYTES,
    arrivalSeconds: settings.SIGNALBOX_LOG_WAIT_SECONDS,
    lostLogSeconds: settings.SIGNALBOX_LOST_LOG_SECONDS,
    historySeconds: settings.SIGNALBOX_HISTORY_DAYS * 86_400,
    uploads: settings.SIGNALBOX_UPLOADS,
    unfinishedSeconds: settings.SIGNALBOX_UPLOAD_SECONDS,
  };
  const configurations = openConfigurations({
    ...scriptDefaults,
    threads: settings.SIGNALBOX_SCRIPT_THREADS,
    seconds: settings.SIGNALBOX_SCRIPT_SECONDS,
  });
  stops.push(() => configurations.close());
  const ci = defineCiMetrics(metrics, db);
  // The archive is there before its disk is looked at.
  const store = await openArchiveStore(await archiveOf(settings, data));
  return {
    db,
    queueDb,
    live,
    key,
    ci,
    tell: createTell(topics),
    mirrors: await openMirrors(path.join(data, 'mirrors'), { timeoutSeconds: settings.SIGNALBOX_GIT_SECONDS }),
    store,
    uploads: await createUploads(db, store, path.join(data, 'uploads'), recordLimits),
    disk: await watchDisks({ settings, data, db, log, metrics, onRefused: ci.refused }, stops),
    configurations,
    queueLimits,
    recordLimits,
    historySeconds: settings.SIGNALBOX_HISTORY_DAYS * 86_400,
    settlePipelines: createSettlePipelines(queueDb, live),
    tokenDirectory: data,
    timetable: null as Timetable | null,
  };
}

export type Parts = Awaited<ReturnType<typeof gatherParts>>;
