import type { Command } from 'commander';
import { completedCommands } from './completed-commands.ts';
import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { zshCompletion } from './completion-zsh.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** A completion script for the commands and options there are, those below `logs`, `lab` and `rehearse` included. */
export function completionScript(program: Command, shell: Shell): string {
  const commands = completedCommands(program);
  switch (shell) {
    case 'bash':
      return bashCompletion(commands);
    case 'zsh':
      return zshCompletion(commands);
    case 'fish':
      return fishCompletion(commands);
  }
}
