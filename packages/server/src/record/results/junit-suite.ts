// Says what a case of JUnit XML is called and where it belongs: each tool puts that into other attributes.
import type { Attributes } from './xml.ts';

export function suiteOf(suites: readonly Attributes[], testcase: Attributes) {
  const name = testcase['name'] ?? '';
  const names = suites.map((suite) => suite['name'] ?? '').filter((each) => each !== '');
  const suite = ofClass(names, testcase['classname'] ?? '', name);
  const said = [testcase, ...suites.toReversed()].map((each) => each['file'] ?? each['filepath']).find(Boolean);
  return { suite, name, file: said ?? (sourceFile.test(suite) ? suite : null) };
}

function ofClass(names: readonly string[], classname: string, name: string): string {
  const suites = names.join(' > ');
  const last = names.at(-1) ?? '';
  // node says "test" of everything; Jest repeats the name; gotestsum may shorten the package to its last part.
  const saysLess = ['', 'test', name].includes(classname) || last.endsWith(`/${classname}`);
  // Suites within suites say more than one word can; of a single one, as pytest's, the class says more.
  return names.length > 0 && (saysLess || names.length > 1) ? suites : classname;
}

/** Vitest names its suites by their files. */
const sourceFile = /^[^\s>]+\.([cm]?[jt]sx?|py|rb|go|rs|php)$/;
