// What counts as an error line: what tools really print when something fails, and what looks like it and is none.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorPatternOf, errorPatterns, falseAlarms, literalsOf } from '../../src/index.ts';

const failures: Record<string, readonly string[]> = {
  compiler: [
    'src/main.c:12:3: error: expected \u2018;\u2019 before \u2018}\u2019 token',
    'a.cpp:1:10: fatal error: nothing.h: No such file or directory',
    'error[E0425]: cannot find value `x` in this scope',
    'error: could not compile `api` (lib) due to 2 previous errors',
    "src/a.ts(3,5): error TS2304: Cannot find name 'x'.",
    "src/a.ts:3:5 - error TS2322: Type 'string' is not assignable to type 'number'.",
    'Main.java:3: error: cannot find symbol',
    "main.c(12): error C2065: 'x': undeclared identifier",
    'LINK : fatal error LNK1181: cannot open input file \u2018x.lib\u2019',
    'Program.cs(3,1): error CS0103: The name does not exist [/src/a.csproj]',
    'ld.lld: error: undefined symbol: foo',
    'clang: error: linker command failed with exit code 1 (use -v to see invocation)',
    'PHP Fatal error:  Uncaught Error',
    'x.swift:3:5: error: use of unresolved identifier',
  ],
  linker: [
    "main.c:(.text+0x5): undefined reference to `foo'",
    '/usr/bin/ld: cannot find -lfoo: No such file or directory',
    'Undefined symbols for architecture arm64:',
  ],
  build: [
    'make: *** [Makefile:3: all] Error 2',
    'gmake[2]: *** No rule to make target `x`.  Stop.',
    'FAILED: obj/a.o',
    'ninja: build stopped: subcommand failed.',
    'CMake Error at CMakeLists.txt:3 (message):',
    '[INFO] BUILD FAILURE',
    'FAILURE: Build failed with an exception.',
    '> Task :app:test FAILED',
  ],
  test: [
    'not ok 3 - adds numbers',
    '    not ok 1 - inner',
    '--- FAIL: TestAdd (0.00s)',
    'FAIL\tgithub.com/x/y\t0.003s',
    ' FAIL  src/a.test.ts > adds',
    'FAIL: test_add (tests.TestCase)',
    'ERROR: test_add (tests.TestCase)',
    'FAILED tests/test_a.py::test_add - assert 1 == 2',
    'ERROR tests/test_a.py::test_b - fixture',
    '[  FAILED  ] Suite.Case (3 ms)',
    ' 3/10 Test  #3: unit .............***Failed    0.01 sec',
    'test tests::adds ... FAILED',
    '[ERROR] Tests run: 3 <<< FAILURE! - in a.B',
    '  \u2715 adds numbers (3 ms)',
    '   \u00d7 adds numbers 5ms',
    'src/a_test.cc:12: Failure',
  ],
  traceback: ['Traceback (most recent call last):'],
  exception: [
    "TypeError: Cannot read properties of undefined (reading 'x')",
    'requests.exceptions.ConnectionError: refused',
    'E       AssertionError: assert 1 == 2',
    'Exception in thread "main" java.lang.NullPointerException: x',
    'Caused by: java.io.IOException: broken',
    'Unhandled exception. System.InvalidOperationException: x',
    "x.rb:3:in `foo': nope (NameError)",
    'AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:',
  ],
  panic: ["thread 'main' panicked at src/main.rs:3:5:", 'panic: runtime error: index out of range'],
  assertion: ["a.out: a.c:3: main: Assertion `x == 1' failed.", 'Assertion failed: (x), function f, file a.c, line 3.'],
  sanitizer: [
    '==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x1',
    'SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior a.c:3',
    'a.c:3:5: runtime error: signed integer overflow',
    'WARNING: DATA RACE',
  ],
  crash: ['Segmentation fault (core dumped)', "terminate called after throwing an instance of 'x'", 'Killed'],
  memory: ['virtual memory exhausted: Cannot allocate memory'],
  mozilla: ['TEST-UNEXPECTED-FAIL | a/b.html | got 1, expected 2', 'PROCESS-CRASH | a.html | application crashed'],
  command: ['::error file=a.c,line=3::bad', '##[error]Process completed with exit code 1.'],
  error: [
    'ERROR: Could not find a version that satisfies the requirement x',
    'Error: boom',
    '[ERROR] Failed to execute goal',
  ],
  shell: ['sh: 1: frobnicate: not found', 'bash: line 3: foo: command not found', 'cat: x: No such file or directory'],
  fatal: ["fatal: repository 'x' not found"],
  disk: ['write error: No space left on device'],
  network: ['fatal: unable to access: Could not resolve host: example.org'],
  exit: ['Command exited with code 2', 'exit status 1'],
  summary: ['3 failed, 12 passed in 1.2s', '  2 failing', 'Tests:       1 failed, 3 passed, 4 total'],
  lint: ["  3:5  error  'x' is not defined  no-undef"],
};

const innocents = [
  '0 errors, 3 warnings',
  'Found 0 errors. Watching for file changes.',
  'error: 0',
  '12 passed, 0 failed',
  'cc -Werror -c error.c -o error.o',
  'gcc -DMSG="error: x" -c a.c',
  '/usr/bin/clang++ -c src/error: x.cc',
  '[3/12] g++ -o error: x',
  '+ echo "error: this is shown only"',
  '++ grep "Error: x" log',
  'ok 12 - throws Error: boom',
  '    ok 3 - TypeError: is thrown',
  '\u2713 reports Error: boom (3 ms)',
  'test errors::it_works ... ok',
  'PASS src/error.test.ts',
  '--- PASS: TestError: works (0.00s)',
  '[       OK ] ErrorTest: works (0 ms)',
  'TEST-PASS | error: x | y',
  'tests/test_a.py::test_error PASSED [ 12%]',
  'error handling is described below',
  'downloading error-stack-parser@2.1.4',
  'Compiling thiserror v1.0.40',
  'exit status 0',
  'exited with code 0',
  'the FAILED state of a job',
  'no errors were found',
  'npm warn deprecated inflight@1.0.6',
  '',
];

describe('an error line', () => {
  const lines = Object.entries(failures).flatMap(([name, some]) => some.map((line) => [line, name] as const));
  test.each(lines)('%s', (line, name) => {
    // Some belong to two families; what counts is that it is found, and that the family exists.
    expect(errorPatternOf(line)).not.toBeNull();
    expect(errorPatterns.map((pattern) => pattern.name)).toContain(name);
  });

  test('is named after its family', () => {
    const named = lines.filter(([line, name]) => errorPatternOf(line) === name).length;
    expect(named / lines.length).toBeGreaterThan(0.85);
  });

  test.each(Object.keys(failures))('%s: each family finds one of its own', (name) => {
    expect(failures[name]!.some((line) => errorPatternOf(line) === name)).toBe(true);
  });
});

test.each(innocents)('no error line: %s', (line) => {
  expect(errorPatternOf(line)).toBeNull();
});

test('every family is tried here', () => {
  expect([...new Set(errorPatterns.map(({ name }) => name))].sort()).toEqual(Object.keys(failures).sort());
});

test('every line that is found holds one of the literals, which are long enough to be looked for fast', () => {
  for (const literal of literalsOf()) expect(Buffer.byteLength(literal), literal).toBeGreaterThanOrEqual(4);
  const words = fc.constantFrom(...literalsOf(), 'error', ': ', '\t', ' ', 'x', '12', '[', ']', 'Foo', '...', 'FAILED');
  fc.assert(
    fc.property(fc.array(words, { maxLength: 8 }), (parts) => {
      const line = parts.join('');
      if (errorPatternOf(line) !== null) expect(literalsOf().some((literal) => line.includes(literal))).toBe(true);
    }),
  );
});

test('no line keeps a pattern busy', () => {
  const units = [
    'a.',
    'A',
    'a',
    '0 ',
    ' ',
    'Assertion ',
    'error ',
    '/a',
    '[1/2] ',
    'test . ',
    'ok',
    '::',
    '1:',
    'Error',
    '"',
  ];
  const starts = ['', '/', 'test ', 'Exception in thread "', '==1==ERROR: ', 'Assertion ', '[', '+'];
  for (const pattern of [...errorPatterns.flatMap(({ matches }) => matches ?? []), ...falseAlarms]) {
    for (const start of starts) {
      for (const unit of units) {
        const line = (start + unit.repeat(500)).slice(0, 500);
        const from = performance.now();
        pattern.test(line);
        // A fraction of a millisecond; an expression that goes back again and again takes minutes.
        expect(performance.now() - from, `${pattern} of ${line.slice(0, 40)}`).toBeLessThan(500);
      }
    }
  }
});

describe('patterns of a repository', () => {
  const added = (name: string, contains: string, ignore = false, expression?: RegExp) => ({
    name,
    contains: [contains],
    test: expression ? (line: string) => expression.test(line) : null,
    ignore,
  });

  test('find what the built-in ones do not, and before them', () => {
    const own = [added('our-lint', 'LINT!'), added('ours', 'error:', false, /^ours/)];
    expect(errorPatternOf('LINT! bad', own)).toBe('our-lint');
    expect(errorPatternOf('ours error: x', own)).toBe('ours');
    expect(errorPatternOf('a.c:1: error: x', own)).toBe('compiler');
  });

  test('say what is never one, whoever finds it and in whatever order', () => {
    const own = [added('noise', 'error: known', true), added('ours', 'known')];
    expect(errorPatternOf('a.c:1: error: known', own)).toBeNull();
    expect(errorPatternOf('a.c:1: error: known', own.toReversed())).toBeNull();
    expect(errorPatternOf('known', own)).toBe('ours');
  });
});
