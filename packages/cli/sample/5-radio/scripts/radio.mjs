// Flaky on purpose: the radio answers about every second time.
import { randomInt } from 'node:crypto';

console.log('asking the radio for the time …');
if (randomInt(2) === 0) {
  console.log(
    '\x1b[31mError:\x1b[0m scripts/radio.mjs:6: no answer from the radio within 0.1 s (sometimes it does answer)',
  );
  process.exitCode = 1;
} else {
  console.log(`\x1b[32mit is ${new Date().toISOString()}\x1b[0m`);
}
