// How an artifact comes that is sent in pieces.
import { type Static, Type } from 'typebox';
import { Count } from './basics.ts';

export const UploadState = Type.Object({
  offsetBytes: Count,
  isStored: Type.Boolean({ description: 'All of it has come, is what was announced, and is kept.' }),
});
export type UploadState = Static<typeof UploadState>;
