// Embedded PostgreSQL: starts one from the npm package's binaries in a directory of its own, watches it, adopts one that still runs.
// It owns the data directory, the socket directory beside it in the temporary folder, and the process. It reads no settings itself.
export { removePostgres } from './remove.ts';
export { type Postgres, type PostgresOptions, startPostgres } from './start.ts';
