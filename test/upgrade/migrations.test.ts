// Migrations only add, so that a server of the version before runs beside this one; and the check of it finds what does not.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wrongMigrations } from '../house/migrations.ts';
import { files } from '../house/tree.ts';
import { repositoryRoot } from '../kit/programs.ts';

const check = (text: string, version = '0.3.0') => wrongMigrations([{ path: '0009-a.sql', text }], version);

it('the migrations after those that made the first database only add', async () => {
  const description = JSON.parse(await readFile(join(repositoryRoot, 'packages/server/package.json'), 'utf8'));
  const migrations = await files(/^packages\/server\/migrations\/\d{4}-[\w-]+\.sql$/);
  const newer = migrations.filter(({ path }) => !/\/000[12]-/.test(path));
  expect(newer.length).toBeGreaterThanOrEqual(4);
  expect(wrongMigrations(newer, description.version)).toEqual([]);
});

describe('the check finds', () => {
  it.each([
    ['drop table job;', 'takes away'],
    ['DROP TABLE IF EXISTS job CASCADE;', 'takes away'],
    ['drop view job_brief;', 'takes away'],
    ['drop function is_there(worker, double precision);', 'takes away'],
    ['drop trigger stay_open on pipeline;', 'takes away'],
    ['alter table job drop column pool;', 'takes away'],
    ['alter table job drop pool;', 'takes away'],
    ['alter table only job\n  add column a text,\n  drop column if exists pool;', 'takes away'],
    ['alter table job add constraint a check (b in (1, 2)), drop column b;', 'takes away'],
    ['do $$ begin alter table job drop column pool; end $$;', 'takes away'],
    ['do $x$ begin if true then drop table job; end if; end $x$;', 'takes away'],
    ['alter table job rename column pool to lane;', 'renames'],
    ['alter table job rename to task;', 'renames'],
    ['alter view job_brief rename column id to number;', 'renames'],
    ['alter table job set schema attic;', 'renames'],
    ['alter table job alter column pool type varchar(20);', 'changes a type'],
    ['alter table job alter pool set data type integer using 1;', 'changes a type'],
    ['alter table job alter column pool set not null;', 'demands'],
    ['alter table job alter pool drop default;', 'relies on'],
    ['alter table job add column lane bigint not null;', 'Give it a default'],
    ['alter table job add lane bigint not null references lane;', 'Give it a default'],
    ['alter table job add column lane bigint not null default null;', 'Give it a default'],
    ['alter table job add column a int not null default 0, add column b int not null;', 'Give it a default'],
    ['alter table job add column id bigint primary key;', 'Give it a default'],
    ["alter table job add column a text not null /* default '' */;", 'Give it a default'],
    ["comment on table job is 'a; b'; -- a comment;\ndrop table job;", 'takes away'],
  ])('%s', (text, sentence) => {
    const found = check(text);
    expect(found).toEqual([expect.stringContaining(sentence)]);
    expect(found[0]).toMatch(/^0009-a\.sql: "/);
  });

  it('each of several', () => {
    expect(check('drop table a; create table c (id int);\nalter table b drop c, rename d to e;')).toHaveLength(3);
  });
});

describe('the check lets be', () => {
  it.each([
    'create table lane (id bigint primary key, name text not null);',
    'alter table job add column lane_id bigint references lane;',
    "alter table job add column share text not null default '', add column cost numeric(4, 2) not null default 0;",
    'alter table job add column number bigint not null generated always as identity;',
    "alter table job drop constraint job_state_check, add constraint job_state_check check (state in ('a', 'b'));",
    'alter table job drop constraint job_lane_id_fkey, add foreign key (lane_id) references lane on delete cascade;',
    'alter table job add constraint whole check (a is not null), add primary key (id);',
    'drop index job_open; alter index job_by_lane rename to job_in_lane;',
    'alter table job alter column pool drop not null, alter column share set default 0;',
    'create or replace view job_brief as select id, drop_off from job;',
    '-- drop table job;\n/* alter table job drop column pool; */ select 1;',
    "comment on table job is 'it''s not so; drop table job; -- contract';",
    'create function f() returns trigger language plpgsql as $$ begin delete from ready; return null; end $$;',
  ])('%s', (text) => expect(check(text)).toEqual([]));
});

describe('what an older version has not used may go', () => {
  const drop = (since: string) => `-- contract: unused since ${since}\nalter table job drop column pool;`;

  it('when that version is older than this one', () => {
    expect(check(drop('0.2.0'))).toEqual([]);
    expect(check(drop('0.2.10'), '0.10.0')).toEqual([]);
  });

  it.each(['0.3.0', '0.10.0', '1.0'])('but not by the word of %s, which is not', (since) => {
    expect(check(drop(since))).toEqual([expect.stringContaining(`${since} is not older than this version, 0.3.0`)]);
  });

  it('and it frees the statement that follows, no other', () => {
    expect(check(`${drop('0.2.0')}\ndrop table job;`)).toEqual([expect.stringContaining('"drop table job"')]);
    expect(check(`drop table job;\n${drop('0.2.0')}`)).toEqual([expect.stringContaining('"drop table job"')]);
    expect(check('-- contract: unused since long ago\ndrop table job;')).toHaveLength(1);
  });
});
