// http: the doors. One handler for each endpoint of the contract, and the pages beside them.
// Owns: no table. Tells: look-asked, plan-asked. Hears: nothing. Settings come in as DoorLimits.
export { buildDoors, type DoorLimits, type DoorsOptions } from './doors.ts';
export { accessHandlers } from './handlers/access.ts';
export { actingHandlers } from './handlers/acting.ts';
export { checkingHandlers } from './handlers/checking.ts';
export { configuringHandlers } from './handlers/configuring.ts';
export { findingHandlers } from './handlers/finding.ts';
export { keepingHandlers } from './handlers/keeping.ts';
export { orderingHandlers } from './handlers/ordering.ts';
export { readingHandlers } from './handlers/reading.ts';
export { seeingHandlers } from './handlers/seeing.ts';
export { tellingHandlers } from './handlers/telling.ts';
export { type UploadingParts, uploadingHandlers } from './handlers/uploading.ts';
export { type WorkingParts, workingHandlers } from './handlers/working.ts';
export { openHealthDoor } from './health-door.ts';
export { type FollowLimits, followDefaults } from './live/log-reader.ts';
export { startLogTaps } from './live/log-taps.ts';
export { sayWatched, startWatched } from './live/watched.ts';
export { addPages, pageScopes } from './pages.ts';
