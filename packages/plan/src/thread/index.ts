// plan/thread: runs configurations in TypeScript in threads that can be ended. The one part of plan that needs Node.
export { type ScriptLimits, scriptDefaults } from './script-limits.ts';
export { createScriptThreads, type ScriptThreads } from './script-threads.ts';
