// Which lines of a log look like the reason of a failure: what compilers, linkers, test runners, shells and crashes print. Data: the
// worker looks with it while a log is written, the pages where a worker did not.

export type ErrorPattern = {
  readonly name: string;
  /** A line that holds none of these is not looked at: what makes looking cheap. Four bytes or more each. */
  readonly contains: readonly string[];
  /** Of the plain line. In time that grows with the line alone; a test holds each of them to that. */
  readonly matches?: RegExp;
};

/** The first one that matches gives the line its name, so what is special comes before what is general. */
export const errorPatterns: readonly ErrorPattern[] = [
  // What says of itself that it is an error, for machines.
  { name: 'command', contains: ['::error'], matches: /^\s*::error(?: |::)/ },
  { name: 'command', contains: ['##[error]'] },
  { name: 'command', contains: ['##vso[task.logissue', '##vso[task.LogIssue'], matches: /type=error/i },
  { name: 'command', contains: ['##teamcity[buildProblem', '##teamcity[testFailed'] },

  // Crashes.
  { name: 'sanitizer', contains: ['Sanitizer:'], matches: /\b(?:ERROR|WARNING|SUMMARY): (?:\w+)Sanitizer:/ },
  { name: 'sanitizer', contains: ['runtime error:'], matches: /:\d+:\d+: runtime error:/ },
  { name: 'sanitizer', contains: ['DATA RACE'], matches: /^WARNING: DATA RACE/ },
  { name: 'mozilla', contains: ['TEST-UNEXPECTED-', 'PROCESS-CRASH', 'Assertion failure:'] },
  { name: 'panic', contains: ['panicked at', 'panic: '], matches: /\bpanicked at\b|^panic: / },
  { name: 'assertion', contains: ['ssertion'], matches: /\b[Aa]ssertion\b.{0,400}\bfailed\b|\bAssertion failed\b/ },
  {
    name: 'crash',
    contains: ['Segmentation fault', 'egmentation fault', 'core dumped', 'Bus error', 'Illegal instruction'],
  },
  {
    name: 'crash',
    contains: ['terminate called after throwing', 'stack smashing detected', 'double free or corruption'],
  },
  { name: 'crash', contains: ['Fatal Python error', 'heap out of memory', 'std::bad_alloc', 'signal: killed'] },
  {
    name: 'crash',
    contains: ['Killed', 'Aborted'],
    matches: /(?:^|: |\s)(?:Killed|Aborted)\s*$|\b\d+ (?:Killed|Aborted)\b/,
  },
  {
    name: 'memory',
    contains: ['ut of memory', 'annot allocate memory'],
    matches: /\b(?:[Oo]ut of memory|[Cc]annot allocate memory)\b/,
  },
  { name: 'disk', contains: ['No space left on device', 'Disk quota exceeded', 'Read-only file system'] },
  {
    name: 'network',
    contains: ['ould not resolve host', 'Temporary failure in name resolution', 'Host key verification failed'],
  },

  // Compilers and linkers.
  {
    name: 'compiler',
    contains: ['error:', 'error[E', 'error C', 'error TS', 'error LNK', 'error CS', 'error MSB', 'error NU'],
    matches: /(?:^|[\s:)\]\-"'])(?:fatal |internal compiler |Fatal )?error(?:\[E\d{1,5}\]| [A-Z]{1,4}\d{3,5})?:/,
  },
  {
    name: 'linker',
    contains: ['undefined reference to', 'multiple definition of', 'ndefined symbols for architecture'],
  },
  {
    name: 'linker',
    contains: ['unresolved external symbol', 'cannot find -l', 'symbol(s) not found', 'undefined symbol:'],
  },
  {
    name: 'build',
    contains: ['ake: *** ', 'ake[', 'ake.exe: *** '],
    matches: /\bg?make(?:\.exe)?(?:\[\d+\])?: \*\*\* /,
  },
  { name: 'build', contains: ['FAILED: ', 'build stopped: '], matches: /^FAILED: |^ninja: build stopped: / },
  { name: 'build', contains: ['CMake Error'] },
  {
    name: 'build',
    contains: ['BUILD FAIL', 'FAILURE: Build failed'],
    matches: /\bBUILD FAIL(?:URE|ED)\b|^FAILURE: Build failed/,
  },
  { name: 'build', contains: [' FAILED'], matches: /^> Task :\S+ FAILED$/ },

  // Test runners.
  { name: 'test', contains: ['not ok '], matches: /^\s*not ok \d/ },
  { name: 'test', contains: ['--- FAIL: '], matches: /^\s*--- FAIL: / },
  { name: 'test', contains: ['FAIL\t', 'FAIL ', 'FAIL: '], matches: /^\s*(?:FAIL|FAIL:)\s+\S/ },
  {
    name: 'test',
    contains: ['FAILED', 'ERROR '],
    matches: /^(?:FAILED|ERROR) \S+(?:::| - )|^\[\s*FAILED\s*\] |\*\*\*(?:Failed|Exception)/,
  },
  {
    name: 'test',
    contains: [' ... FAILED', '...FAILED', ' FAILED in '],
    matches: /^test .* \.\.\. FAILED$|\.\.\.FAILED\b| FAILED in /,
  },
  { name: 'test', contains: ['***Failed', '***Exception', '***Timeout', '***Not Run'] },
  {
    name: 'test',
    contains: ['<<< FAILURE!', '<<< ERROR!', 'Failure/Error:', ': Failure'],
    matches: /<<< (?:FAILURE|ERROR)!|Failure\/Error:|^\S+:\d+: Failure$/,
  },
  {
    name: 'test',
    contains: ['\u2715 ', '\u2716 ', '\u2717 ', '\u2718 ', '\u00d7  ', ' \u00d7 '],
    matches: /^\s*[\u2715\u2716\u2717\u2718\u00d7] +\S/,
  },
  { name: 'test', contains: ['ERROR: test', 'FAIL: test', 'rspec ./'], matches: /^(?:ERROR|FAIL): test|^rspec \.\// },
  {
    name: 'summary',
    contains: [' failed', ' failing', 'ailures: '],
    matches: /\b[1-9]\d{0,6} (?:tests? |examples? |suites? )?(?:failed|failing)\b|\b[Ff]ailures: [1-9]/,
  },
  { name: 'lint', contains: ['  error  '], matches: /^\s*\d+:\d+\s+error\s+\S/ },

  // Languages.
  { name: 'traceback', contains: ['Traceback (most recent call last)'] },
  {
    name: 'exception',
    contains: ['Error', 'Exception'],
    matches:
      /^\s*(?:(?:Uncaught|Unhandled exception\.|Caused by:|E +|Exception in thread "[^"]{0,80}") *)?(?:[\w$]+[.:]+)*[A-Z]\w*(?:Error|Exception)(?: \[\w+\])?(?::|$| at )/,
  },
  {
    name: 'exception',
    contains: ['Error)', 'Exception)'],
    matches: /^\S+:\d+:in .* \([\w:]+(?:Error|Exception)\)$|^\*\* \(\w/,
  },
  {
    name: 'exception',
    contains: ['Uncaught ', 'nhandled '],
    matches: /\bUncaught \w|\b[Uu]nhandled (?:promise )?(?:rejection|exception|error)/i,
  },

  // What says so in capitals, at the beginning or behind a time.
  {
    name: 'error',
    contains: ['ERROR', 'FATAL', 'CRITICAL'],
    matches: /^(?:[\d\-:.,TZ/[\] ]{0,40})\[?(?:ERROR|FATAL|CRITICAL)\]?(?::| {1,3}\S)/,
  },
  {
    name: 'error',
    contains: ['Error: ', 'ERROR: ', 'ERR! '],
    matches: /(?:^|[\s:)\]])(?:Error|ERROR): \S|^npm ERR! \S/,
  },
  { name: 'error', contains: ['npm error ', 'error Command failed'], matches: /^npm error \S|^error Command failed/ },
  { name: 'fatal', contains: ['fatal: '], matches: /^(?:fatal|remote: fatal): \S/ },

  // Shells and systems.
  { name: 'shell', contains: [': not found', 'ommand not found'], matches: /: (?:command )?not found$/ },
  {
    name: 'shell',
    contains: ['No such file or directory', 'Permission denied', 'Is a directory'],
    matches: /: (?:No such file or directory|Permission denied|Is a directory)$/,
  },
  { name: 'shell', contains: ['is not recognized as an internal or external command', 'syntax error near'] },
  {
    name: 'exit',
    contains: ['exit status ', 'exit code ', 'exited with '],
    matches: /\b(?:exit status|exit code:?|exited with(?: code| status)?) -?[1-9]\d{0,9}\b/,
  },
];

/** Lines that look like it and are none: tests that passed, counts of nothing, what a shell says that it does. */
export const falseAlarms: readonly RegExp[] = [
  /\b(?:0|no|zero) (?:[a-z]+ )?(?:errors|error\(s\)|failures|failed|failing|exceptions)(?!\w)/i,
  /\b(?:errors?|failures?|failed)["']?\s*[:=]\s*0\b/i,
  /\b(?:expected|ignored|ignoring|allowed) (?:failure|error|exception)s?\b|\(expected\)|\(ignored\)/i,
  /^\s*(?:ok \d|\u2713 |\u2714 |\u221a |PASS\b|PASSED\b|--- PASS|--- SKIP|SKIP\b|\[ +(?:OK|PASSED|RUN) +\])/,
  /^\s*(?:TEST-(?:PASS|START|INFO|KNOWN-FAIL|OK|SKIP)\b|test .{1,400} \.\.\. (?:ok|ignored)$)/,
  /\b(?:PASSED|XFAIL|SKIPPED)(?: +\[ *\d+%\])?$/,
  // `set -x`, and make and ninja that show what they run.
  /^\++ /,
  /^(?:\[\d+\/\d+\] )?(?:\/\S*\/)?(?:cc|gcc|g\+\+|c\+\+|clang|clang\+\+|cl|rustc|javac|echo|grep|printf|sed) /,
];
