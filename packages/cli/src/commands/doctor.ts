// `signalbox doctor`: what is well, what is wrong, and what to do about it.
import type { Command } from 'commander';
import {
  checkData,
  checkGit,
  checkHooks,
  checkInvariants,
  checkNode,
  checkServer,
  checkWorkers,
  type Finding,
} from '../checks.ts';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { type Address, connect, findServer, type ServerOptions } from '../connect.ts';
import { exitCode } from '../exit-codes.ts';
import { explain, type Output, type OutputOptions, type Style } from '../output.ts';
import { ownVersion } from '../own-version.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions & ServerOptions & { readonly invariants?: boolean };

const looks = { ok: ['✔', 'green'], note: ['!', 'yellow'], wrong: ['✖', 'red'] } as const satisfies Record<
  Finding['state'],
  readonly [string, Style]
>;

export function doctorCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('doctor', 'Check this machine and the server.', [
      ['signalbox doctor', 'the exit code is 0 when nothing is wrong'],
      ['signalbox doctor --server https://ci.example.org', 'with another server'],
      ['signalbox doctor --invariants', 'also looks whether its database is as it must always be'],
    ])
      .option('--data <dir>', 'data directory to look at (else the one that runs, else the usual one)')
      .option('--invariants', 'check the database of the server too: it reads all of its history'),
  ).action(
    runWith(terminal, async (output: Output, options: Options) => {
      const findings: Finding[] = [checkNode(), await checkGit()];
      findings.push(checkData(terminal.env, options.data, terminal.directory));
      const address = findAddress(terminal, options);
      if ('wrong' in address) findings.push(address.wrong);
      else {
        const client = connect(terminal.env, { server: address.url });
        const server = await checkServer(client, address, ownVersion);
        findings.push(...server);
        if (server.length > 1) findings.push(...(await asking('workers', () => checkWorkers(client))));
        if (server.length > 1 && options.invariants)
          findings.push(...(await asking('invariant', () => checkInvariants(client))));
      }
      const data = options.data ?? ('data' in address ? address.data : undefined);
      if (data) findings.push(...checkHooks(data));
      output.answer(findings, () =>
        findings.flatMap(({ check, state, what, cure }) => {
          const [sign, style] = looks[state];
          const line = `${output.style(style, sign)} ${state.padEnd(5)} ${check.padEnd(11)} ${what}`;
          return cure ? [line, `  ${' '.repeat(18)}${output.style('dim', cure)}`] : [line];
        }),
      );
      return exitCode(findings.some((one) => one.state === 'wrong') ? 'other' : 'ok');
    }),
  );
}

function findAddress(terminal: Terminal, options: Options): Address | { wrong: Finding } {
  try {
    return findServer(terminal.env, options);
  } catch (error) {
    const { what, cure } = explain(error);
    return { wrong: { check: 'server', state: 'wrong', what, cure } };
  }
}

/** A check that could not be made is a finding too. */
async function asking(check: string, ask: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await ask();
  } catch (error) {
    const { what, cure } = explain(error);
    return [{ check, state: 'wrong', what, cure }];
  }
}
