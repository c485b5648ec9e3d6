// Says what to do when this Node is too old to run Signalbox.
import { say, Trouble } from './work.mjs';

export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Trouble(
      `Signalbox needs Node 20.19 or newer; this is ${process.version}. Install Node 24 from https://nodejs.org and try again.`,
    );
  }
  if (major < 22) say(`Node ${process.versions.node} works, but nobody repairs it any more: Node 24 is recommended`);
}
