// The command that starts a worker for this server, as it is typed on the other machine.

export function workerCommand(server: string, token: string, pools: readonly string[]): string {
  // In the environment, not as an argument: other users of that machine can read arguments.
  const command = `SIGNALBOX_TOKEN=${token} \\\n  signalbox worker --server ${server}`;
  return pools.length > 0 ? `${command} \\\n  --pools ${pools.join(',')}` : command;
}

export function serverAddress(): string {
  return window.location.origin;
}
