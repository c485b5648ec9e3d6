// How short a secret may be: wanted where it is set, where it is stored, and where it is struck out of a log.

/** A shorter one cannot be told from ordinary text: striking it out would spoil a log, or tell the value by its gaps. */
export const shortestSecret = 8;
