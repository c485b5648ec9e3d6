// One file of YAML, or JSON, becomes a tree of values that know their place, in the offsets of the whole source.
import { Composer, type Document, Lexer, Parser } from 'yaml';
import { buildTree } from './build-tree.ts';
import type { Finding } from './draft.ts';
import { counted, limits } from './limits.ts';
import type { Source, SourceFile } from './source.ts';
import { syntaxMistake } from './syntax-mistakes.ts';
import type { Table, Value } from './tree.ts';

/** A file of the configuration: a mapping. Null when nothing can be read of it; what is wrong is in `found`. */
export function parseYaml(source: Source, file: SourceFile, found: Finding[]): Table | null {
  const value = parseValue(source, file, found);
  if (value === null || value.kind === 'table') return value;
  const what = value.kind === 'list' ? 'a list' : 'a single value';
  const message = `a configuration is a mapping that has \`jobs:\`; this file is ${what}`;
  found.push({ offset: value.offset, rule: 'root', message, hint: starterHint });
  return null;
}

/** Any file: whatever value it holds. */
export function parseValue(source: Source, file: SourceFile, found: Finding[]): Value | null {
  const tokens = readTokens(source, file);
  if (!Array.isArray(tokens)) {
    found.push(tokens);
    return null;
  }
  const [document, second] = compose(tokens, file.end);
  if (second) {
    const message = 'a file is one document';
    found.push({ offset: second.range[0], rule: 'documents', message, hint: 'remove the `---`' });
    return null;
  }
  if (!document || document.contents === null) {
    found.push({ offset: file.start, rule: 'root', message: 'the file is empty', hint: starterHint });
    return null;
  }
  if (document.errors.length > 0) {
    found.push(...document.errors.map((error) => syntaxMistake(error, source.text, file.end)));
    return null;
  }
  return buildTree(document, source, found).value;
}

const starterHint = '`signalbox init` writes a file to begin with';

type Token = Parameters<Composer['compose']>[0] extends Iterable<infer Item> ? Item : never;

/**
 * Token by token, so that depth and number are known before anything recurses: the library's composer runs out of stack
 * on a few thousand dashes in a row, and takes the whole process with it.
 */
function readTokens(source: Source, { start, end }: SourceFile): Token[] | Finding {
  const parser = new Parser();
  parser.offset = start;
  const tokens: Token[] = [];
  let count = 0;
  let offset = start;
  for (const lexeme of new Lexer().lex(source.text.slice(start, end))) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    count += 1;
    offset += lexeme.length;
    // A level of nesting is a collection and at most one more entry on the parser's stack.
    if (parser.stack.length > 2 * limits.depth.most) {
      const message = `values lie more than ${limits.depth.most} deep in each other`;
      return { offset, rule: 'depth', message, hint: null };
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
function compose(tokens: Token[], end: number): Document.Parsed[] {
  const composer = new Composer({ version: '1.2', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  return [...composer.compose(tokens, true, end)] as Document.Parsed[];
}
