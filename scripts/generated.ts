// Every file of the documents that is made from the code, and how: `npm run generate` writes them, a test holds them equal.
import { commandsPage } from '@signalbox/cli';
import { declarationsText, schemaText, withReference } from '@signalbox/plan';
import { openApi, version } from '@signalbox/protocol';
import { environmentPage } from '@signalbox/worker';
import { settingsPage } from './settings-page.ts';

/** From the text that is there now, since a page may be generated in part only. */
type Make = (before: string) => string;

export const generatedFiles: Readonly<Record<string, Make>> = {
  'docs/commands.md': () => commandsPage(),
  'docs/configuration.md': withReference,
  'docs/job-environment.md': () => environmentPage(),
  'docs/openapi.json': () => `${JSON.stringify(openApi(version), null, 2)}\n`,
  'docs/settings.md': () => settingsPage(),
  'docs/signalbox.d.ts': () => declarationsText(),
  'docs/signalbox.schema.json': () => schemaText(),
};
