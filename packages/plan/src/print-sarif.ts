// Mistakes as SARIF 2.1.0, which forges and editors show beside the lines. https://docs.oasis-open.org/sarif/sarif/v2.1.0/
import type { Mistake } from './tell.ts';

type Told = { readonly mistakes: readonly Mistake[]; readonly warnings: readonly Mistake[] };

export function printSarif({ mistakes, warnings }: Told, version: string): string {
  const results = [
    ...mistakes.map((mistake) => resultOf(mistake, 'error')),
    ...warnings.map((warning) => resultOf(warning, 'warning')),
  ];
  const rules = [...new Set(results.map(({ ruleId }) => ruleId))].sort().map((id) => ({ id }));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'signalbox check', semanticVersion: version, rules } },
        columnKind: 'utf16CodeUnits',
        results,
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function resultOf({ file, line, column, message, hint, rule = 'mistake' }: Mistake, level: 'error' | 'warning') {
  return {
    ruleId: rule,
    level,
    message: { text: hint === null ? message : `${message} (${hint})` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
  };
}
