// The types of find-s3-server.mjs, which is plain JavaScript because it runs before anything is installed.
export const s3ServerPython: string;
export const howToGetS3Server: string;
