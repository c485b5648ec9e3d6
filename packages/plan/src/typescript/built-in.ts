// The module `signalbox`: what a configuration can import beside files of its tree. Its types are in declarations.ts.

/** The name under which it is imported. No file of the tree has it. */
export const builtIn = 'signalbox';

export const builtInText = 'export const defineConfig = (given) => given;\n';
