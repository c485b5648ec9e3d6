// Sentences that are always true of the database, whatever was killed, and a check that says where one is not. A new one is an
// entry in one of the tables, and a line in the test that breaks it.
import type { InvariantReport } from '@signalbox/protocol';
import type { Queryable } from '../../base/index.ts';
import type { Invariant } from './invariant.ts';
import { ofJobs } from './jobs.ts';
import { ofLogs } from './logs.ts';
import { ofPipelines } from './pipelines.ts';
import { ofRuns } from './runs.ts';

export const invariants = { ...ofJobs, ...ofRuns, ...ofLogs, ...ofPipelines } as const satisfies Record<
  string,
  Invariant
>;

export type InvariantName = keyof typeof invariants;

/** What a crash forgets, the timetable makes up within a minute; whoever looks allows for it. */
const usualGraceSeconds = 180;
const mostShown = 20;

/** Each is one statement, and so sees one moment; they may be asked while everything runs. */
export async function checkInvariants(db: Queryable, graceSeconds = usualGraceSeconds): Promise<InvariantReport[]> {
  const reports: InvariantReport[] = [];
  for (const [name, { sentence, cure, statement }] of Object.entries<Invariant>(invariants)) {
    const { text, values } = statement(graceSeconds);
    const found = await db.query<{ offending: string; count: number }>({
      text: `select offending, count(*) over () as count from (${text}) as breach order by offending limit ${mostShown}`,
      values,
      name: `invariant ${name}`,
    });
    reports.push({ name, sentence, cure, count: found[0]?.count ?? 0, offending: found.map((row) => row.offending) });
  }
  return reports;
}
