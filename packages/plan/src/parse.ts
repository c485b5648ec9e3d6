// Stage 1: the text becomes a tree of values that know their place. A text that is no YAML ends here.
import { Composer, type Document, Lexer, Parser } from 'yaml';
import { buildTree } from './build-tree.ts';
import type { Draft, Finding } from './draft.ts';
import { counted, limits } from './limits.ts';
import { refuseBytes } from './refuse-bytes.ts';
import { syntaxMistake } from './syntax-mistakes.ts';
import type { Table } from './tree.ts';

export function parse(draft: Draft): Draft {
  const { text } = draft.source;
  const bytes = refuseBytes(text);
  if (bytes.length > 0) return withMistakes(draft, bytes);
  const read = readTokens(text);
  if (!Array.isArray(read)) return withMistakes(draft, [read]);
  const [document, second] = compose(read, text.length);
  if (second) {
    return withMistakes(draft, [
      {
        offset: second.range[0],
        rule: 'documents',
        message: 'a configuration is one document',
        hint: 'remove the `---`',
      },
    ]);
  }
  if (!document || document.contents === null) return withMistakes(draft, [empty]);
  if (document.errors.length > 0) {
    return withMistakes(
      draft,
      document.errors.map((error) => syntaxMistake(error, text)),
    );
  }
  const found: Finding[] = [];
  const tree = buildTree(document, draft.source, found);
  if (tree.value === null) return withMistakes(draft, found);
  if (tree.value.kind !== 'table') {
    const what = tree.value.kind === 'list' ? 'a list' : 'a single value';
    const message = `a configuration is a mapping that has \`jobs:\`; this file is ${what}`;
    return withMistakes(draft, [...found, { offset: tree.value.offset, rule: 'root', message, hint: starterHint }]);
  }
  return { ...withMistakes(draft, found), tree: tree.value satisfies Table };
}

const starterHint = '`signalbox init` writes a file to begin with';
const empty: Finding = { offset: 0, rule: 'root', message: 'the file is empty', hint: starterHint };

const withMistakes = (draft: Draft, found: readonly Finding[]): Draft => ({
  ...draft,
  mistakes: [...draft.mistakes, ...found],
});

type Token = Parameters<Composer['compose']>[0] extends Iterable<infer Item> ? Item : never;

/**
 * Token by token, so that depth and number are known before anything recurses: the library's composer runs out of stack
 * on a few thousand dashes in a row, and takes the whole process with it.
 */
function readTokens(text: string): Token[] | Finding {
  const parser = new Parser();
  const tokens: Token[] = [];
  let count = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    count += 1;
    offset += lexeme.length;
    // A level of nesting is a collection and at most one more entry on the parser's stack.
    if (parser.stack.length > 2 * limits.depth.most) {
      return {
        offset,
        rule: 'depth',
        message: `values lie more than ${limits.depth.most} deep in each other`,
        hint: null,
      };
    }
    if (count > limits.tokens.most) {
      const message = `the file has more than ${counted(limits.tokens.most)} words and marks`;
      return { offset, rule: 'tokens', message, hint: 'a `matrix` makes many jobs of few lines' };
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

/** Duplicate keys are found in build-tree.ts: the library compares every key with every other. */
function compose(tokens: Token[], length: number): Document.Parsed[] {
  const composer = new Composer({ version: '1.2', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  return [...composer.compose(tokens, true, length)] as Document.Parsed[];
}
