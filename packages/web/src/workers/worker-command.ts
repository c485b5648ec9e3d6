// The command that starts a worker for this server, as it is typed on the other machine.

export function workerCommand(server: string, token: string, pools: readonly string[]): string {
  const lines = [`signalbox worker --server ${server}`, `--token ${token}`];
  if (pools.length > 0) lines.push(`--pools ${pools.join(',')}`);
  return lines.join(' \\\n  ');
}

export function serverAddress(): string {
  return window.location.origin;
}
