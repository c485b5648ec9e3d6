// How an expression is written. It is made here only, for schemas and sentences.

export const expressionOf = (inside: string): string => `\${{ ${inside} }}`;
