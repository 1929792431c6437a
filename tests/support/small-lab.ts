import type { LabHost, LabPlan } from '../../src/lab/plan/lab-plan.ts';

/**
 * The smallest lab with something of everything: a client behind a router, an answering internet that owns every address, and its name
 * server. Written by hand, so that the runner is tested without the planner.
 */
export function smallLab(lab: string): LabPlan {
  const dns = {
    listen: [{ address: '198.18.0.1', port: 53 }],
    names: [{ name: 'shop.example.com', address: '203.0.113.9' }],
    aliases: [{ name: 'www.example.com', target: 'shop.example.com' }],
    zones: [
      {
        zone: 'privatelink.example.net',
        onlyFor: ['10.0.0.0/24'],
        fallsBack: false,
        records: [{ name: 'db.privatelink.example.net', addresses: ['10.0.0.9'] }],
      },
    ],
  };
  return {
    lab,
    hosts: [
      host('client', 'machine', 'the client', {
        ip: ['addr add 10.0.0.4/24 dev eth0', 'link set eth0 up', 'route add default via 10.0.0.1'],
        answers: true,
        resolvers: ['198.18.0.1'],
      }),
      host('router', 'fabric', 'between them', {
        sysctls: [
          ['net.ipv4.ip_forward', '1'],
          ['net.ipv4.conf.all.rp_filter', '0'],
        ],
        ip: [
          'addr add 10.0.0.1/24 dev inner',
          'link set inner up',
          'addr add 192.0.2.1/30 dev outer',
          'link set outer up',
          'route add default via 192.0.2.2',
        ],
        nftables: `table inet router {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    tcp dport 666 drop
    iifname "inner" accept
  }
}
`,
      }),
      host('internet', 'internet', 'the internet', {
        ip: [
          'addr add 192.0.2.2/30 dev eth0',
          'addr add 198.18.0.1/32 dev lo',
          'link set eth0 up',
          'route add 10.0.0.0/24 via 192.0.2.1',
          'route add local 0.0.0.0/0 dev lo',
        ],
        answers: true,
        zone: '1',
      }),
    ],
    links: [
      {
        ends: [
          { host: 'client', interface: 'eth0' },
          { host: 'router', interface: 'inner' },
        ],
      },
      {
        ends: [
          { host: 'router', interface: 'outer' },
          { host: 'internet', interface: 'eth0' },
        ],
      },
    ],
    processes: [
      {
        name: 'internet-dns',
        host: 'internet',
        command: ['agent:dns-authority', '{folder}/dns.json'],
        ready: { kind: 'line', text: 'ready' },
        restarts: true,
      },
    ],
    files: [{ path: 'dns.json', text: JSON.stringify(dns) }],
    names: dns.names,
    ends: [
      { name: 'machine/client', host: 'client', addresses: ['10.0.0.4'] },
      { name: 'internet', host: 'internet', addresses: [] },
    ],
    appliances: [],
    assumed: [{ name: 'fw.privateIp', value: '10.0.0.1' }],
    gaps: [],
    simplifications: ['one router stands for everything between'],
  };
}

function host(name: string, kind: LabHost['kind'], label: string, rest: Partial<LabHost>): LabHost {
  return {
    name,
    kind,
    label,
    sysctls: [],
    ip: [],
    nftables: '',
    answers: false,
    resolvers: [],
    ...rest,
  };
}
