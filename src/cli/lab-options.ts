import { type Command, InvalidArgumentError, Option } from 'commander';
import { format, paths, positive } from './common-options.ts';
import type { ExitCode } from './exit-code.ts';
import { inputOptions } from './input-options.ts';

type Finish = (code: ExitCode) => void;

/** `lab` and what belongs to it: the perimeter as network namespaces of this machine, with real packets. */
export function addLab(program: Command, finish: Finish): void {
  const lab = program
    .command('lab')
    .description('bring the perimeter up on this machine, with real packets')
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `
Examples
  sallyport lab up .                          the whole perimeter, in a second
  sallyport lab status                        hosts, daemons, what is broken
  sallyport lab exec pod/pets/order-service -- curl -s https://mcr.microsoft.com
  sallyport lab exec internet -- curl -s http://20.51.7.9/
  sallyport lab probe                         the proof's flows as real connections
  sallyport lab fail firewall --loss 30%      then: sallyport lab restore
  sallyport lab down                          nothing stays

Nothing leaves the machine: the internet of the lab answers every name itself.
As root it uses network namespaces, otherwise a user namespace where the kernel
lets you have one. docs/lab.md`,
    );
  addUp(lab, finish);
  addInside(lab, finish);
  addWatching(lab, finish);
  addProbe(lab, finish);
  addDrill(lab, finish);
  addFailing(lab, finish);
  lab
    .command('agent', { hidden: true })
    .argument('<role>')
    .argument('<configuration>')
    .action(async (role: string, file: string) => {
      const { agentCommand } = await import('./lab-agent.ts');
      finish(await agentCommand(role, file));
    });
}

function addUp(lab: Command, finish: Finish): void {
  inputOptions(
    lab
      .command('up')
      .addArgument(paths())
      .description('make the lab of a folder, or find it made')
      .addOption(name())
      .addOption(format('text', 'json'))
      .option('--dry-run', 'print what would be made, and make nothing')
      .option('--plan <file>', 'make the plan that --dry-run --format json wrote'),
  ).action(async (paths: string[], options) => {
    const { upCommand } = await import('./lab-up-command.ts');
    finish(await upCommand(paths, options));
  });
  inputOptions(
    lab
      .command('reload')
      .argument('[path...]', 'folders and files to read (default: what the lab was made of)')
      .description('read the folder again and give its firewall rules to the running lab')
      .addOption(name())
      .addOption(format('text', 'json')),
  ).action(async (paths: string[], options) => {
    const { reloadCommand } = await import('./lab-up-command.ts');
    finish(await reloadCommand(paths, options));
  });
  lab
    .command('down')
    .description('end the lab and remove everything it made')
    .addOption(name())
    .option('--all', 'every lab of yours')
    .action(async (options) => {
      const { downCommand } = await import('./lab-up-command.ts');
      finish(await downCommand(options));
    });
}

function addInside(lab: Command, finish: Finish): void {
  lab
    .command('exec')
    .description('run a command at an end of the lab; its exit code is passed on')
    .argument('<end>', 'pod/NAMESPACE/NAME, node/NAME, internet, or any host of `lab status`')
    .argument('<command...>', 'after --')
    .addOption(name())
    .passThroughOptions()
    .action(async (end: string, words: string[], options) => {
      const { execCommand } = await import('./lab-exec-command.ts');
      finish(await execCommand(end, words, options));
    });
  lab
    .command('shell')
    .description('a shell at an end of the lab')
    .argument('<end>', 'as for exec')
    .addOption(name())
    .action(async (end: string, options) => {
      const { shellCommand } = await import('./lab-exec-command.ts');
      finish(await shellCommand(end, options));
    });
  lab
    .command('capture')
    .description('record packets of a host as pcap')
    .argument('<end>', 'as for exec')
    .argument('[filter...]', 'as for tcpdump: tcp port 443')
    .addOption(name())
    .option('-o, --output <file>', 'write the pcap there (default: print a line per packet)')
    .addOption(
      new Option('--seconds <seconds>', 'stop after so long').argParser(positive).default(30),
    )
    .addOption(
      new Option('--packets <count>', 'stop after so many').argParser(whole).default(10_000),
    )
    .action(async (end: string, filter: string[], options) => {
      const { captureCommand } = await import('./lab-exec-command.ts');
      finish(await captureCommand(end, filter, options));
    });
}

function addWatching(lab: Command, finish: Finish): void {
  lab
    .command('status')
    .description('hosts, daemons, what is broken on purpose')
    .addOption(name())
    .addOption(format('text', 'json'))
    .option('--rules', 'also every rule of the firewalls, and how often it decided')
    .action(async (options) => {
      const { statusCommand } = await import('./lab-status-command.ts');
      finish(await statusCommand(options));
    });
  lab
    .command('logs')
    .description('firewall logs in Azure’s schema, and what the daemons say')
    .argument('[names...]', 'only logs whose name holds one of these: azfw, dns, waf')
    .addOption(name())
    .option('-f, --follow', 'go on as lines come, until Ctrl-C')
    .addOption(
      new Option('-n, --lines <count>', 'so many last lines of each').argParser(lines).default(20),
    )
    .action(async (names: string[], options) => {
      const { logsCommand } = await import('./lab-logs-command.ts');
      finish(await logsCommand(names, options));
    });
}

function addProbe(lab: Command, finish: Finish): void {
  trying(
    lab
      .command('probe')
      .argument('[path...]', 'folders and files to read (default: what the lab was made of)')
      .description('make the flows of the proof real, and compare'),
  )
    .addHelpText(
      'after',
      `
Examples
  sallyport lab probe                   a witness of every answer of the proof
  sallyport lab probe --all --verbose   every flow, each on a line
  sallyport lab probe --sample 50 --format json

Exit code 1: the kernel did otherwise than was proven, for at least one flow.`,
    )
    .action(async (paths: string[], options) => {
      const { probeCommand } = await import('./lab-probe-command.ts');
      finish(await probeCommand(paths, options));
    });
}

function addDrill(lab: Command, finish: Finish): void {
  trying(
    harming(
      lab
        .command('drill')
        .argument('<what>', 'as for fail')
        .argument('[path...]', 'folders and files to read (default: what the lab was made of)')
        .description('break something, see what stops working, compare, restore'),
    ),
  )
    .addHelpText(
      'after',
      `
Examples
  sallyport lab drill firewall            what still works without the firewall
  sallyport lab drill dns
  sallyport lab drill firewall --latency 80ms   what is only late must go on

Exit code 1: something else broke than query --without proves.`,
    )
    .action(async (what: string, paths: string[], options) => {
      const { drillCommand } = await import('./lab-drill-command.ts');
      finish(await drillCommand(what, paths, options));
    });
}

/** What is tried, how patiently, and how it is told. */
function trying(command: Command): Command {
  return inputOptions(
    command
      .addOption(name())
      .addOption(format('text', 'json'))
      .option('-o, --output <file>', 'write to a file instead of the terminal')
      .addOption(
        new Option('--sample <count>', 'try so many flows, spread evenly (default: 300)')
          .argParser(whole)
          .conflicts('all'),
      )
      .option('--all', 'try every flow the proof tells of')
      .addOption(
        new Option('--seconds <seconds>', 'wait so long for an answer')
          .argParser(positive)
          .default(1.5),
      ),
  );
}

function addFailing(lab: Command, finish: Finish): void {
  harming(
    lab
      .command('fail')
      .description('break something: packets to and from it are lost, or late')
      .argument('<what>', 'firewall, dns, ingress, zone:N, a host, or a cable as HOST--HOST')
      .addOption(name()),
  )
    .addHelpText(
      'after',
      `
Examples
  sallyport lab fail firewall             nothing passes the firewall
  sallyport lab fail zone:1               every node and machine of a zone
  sallyport lab fail dns --loss 50%       every second packet of DNS is lost
  sallyport lab fail firewall --latency 80ms
  sallyport lab restore                   all is well again

A host is late in what it sends, a cable in both directions. Where the kernel has no
netem, a program of the lab holds the packets back.`,
    )
    .action(async (what: string, options) => {
      const { failCommand } = await import('./lab-fail-command.ts');
      finish(await failCommand(what, options));
    });
  lab
    .command('restore')
    .description('end a failure, or all of them')
    .argument('[what]', 'as for fail')
    .addOption(name())
    .action(async (what: string | undefined, options) => {
      const { restoreCommand } = await import('./lab-fail-command.ts');
      finish(await restoreCommand(what, options));
    });
}

function harming(command: Command): Command {
  return command
    .addOption(
      new Option('--loss <percent>', 'lose only this share of packets (default: all)').argParser(
        percent,
      ),
    )
    .addOption(
      new Option('--latency <time>', 'let what it sends come later: 50ms').argParser(latency),
    );
}

function name(): Option {
  return new Option('--name <lab>', 'which lab (default: the only one, or `lab`)').argParser(
    (value) => {
      // Twenty characters of host and `sp-` must fit beside it into a file name people can read.
      if (!/^[a-z][a-z0-9]{0,11}$/.test(value)) {
        throw new InvalidArgumentError('Write up to 12 letters and digits, in lower case.');
      }
      return value;
    },
  );
}

function whole(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('Write a number above 0.');
  return Number(value);
}

/** None before what comes: `logs -f -n 0`. */
function lines(value: string): number {
  return value === '0' ? 0 : whole(value);
}

function latency(value: string): number {
  const milliseconds = Number(/^(\d{1,5})(?:ms)?$/.exec(value)?.[1] ?? 0);
  if (milliseconds < 1 || milliseconds > 60_000) {
    throw new InvalidArgumentError('Write a time from 1ms to 60000ms.');
  }
  return milliseconds;
}

function percent(value: string): number {
  const number = Number(value.replace(/%$/, ''));
  if (!/^\d{1,3}%?$/.test(value) || number < 1 || number > 100) {
    throw new InvalidArgumentError('Write a share from 1% to 100%.');
  }
  return number;
}
