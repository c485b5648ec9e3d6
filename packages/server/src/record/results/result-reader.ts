// What a reader of a format is: it takes the file's text in pieces, and is told where the file ends.
export type ResultReader = {
  readonly read: (piece: string) => void;
  readonly end: () => void;
  /** It has given up and wants no more of the file. */
  readonly isOver: () => boolean;
};
