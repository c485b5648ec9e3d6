// The face of the command for whoever writes about it: the page of all commands. The program itself is main.ts.
export { commandsPage } from './commands-page.ts';
export { exitCodes } from './exit-codes.ts';
