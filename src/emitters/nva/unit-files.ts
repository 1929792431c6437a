import type { EmittedFile } from '../emitter.ts';
import { MACHINE } from './machine-site.ts';

const { root, run, logs } = MACHINE;

/** A program of the appliance gets these rights and no others, and sees the machine read-only. */
const HARDENED = [
  'NoNewPrivileges=yes',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'SystemCallArchitectures=native',
  'UMask=0027',
];

const ALWAYS = ['Restart=always', 'RestartSec=1'];

/**
 * Units in the order in which a boot fails closed: the rules stand before the network does, and nothing is forwarded before they
 * stand. A program that dies is started again; until then what depends on it is denied by the rules.
 */
export function unitFiles(hasProxy: boolean): readonly EmittedFile[] {
  const unit = (name: string, lines: readonly string[]): EmittedFile => ({
    path: `units/${name}`,
    text: `${lines.join('\n')}\n`,
  });
  const services = [
    'sallyport-rules',
    'sallyport-forwarding',
    'sallyport-verdicts',
    'sallyport-dns',
    ...(hasProxy ? ['sallyport-proxy'] : []),
    'sallyport-logs',
  ].map((name) => `${name}.service`);
  return [
    unit('sallyport.target', [
      '[Unit]',
      'Description=Sallyport: the firewall appliance',
      `Requires=sallyport-rules.service sallyport-forwarding.service`,
      `Wants=${services.slice(2).join(' ')}`,
      '',
      '[Install]',
      'WantedBy=multi-user.target',
    ]),
    unit('sallyport-rules.service', [
      '[Unit]',
      'Description=Sallyport: rules of the firewall',
      'DefaultDependencies=no',
      'Wants=network-pre.target',
      'Before=network-pre.target shutdown.target',
      'After=local-fs.target systemd-modules-load.service',
      'Conflicts=shutdown.target',
      '',
      '[Service]',
      'Type=oneshot',
      'RemainAfterExit=yes',
      `ExecStart=/usr/sbin/nft -f ${root}/public-addresses.nft`,
      `ExecStart=/usr/sbin/nft -f ${root}/nftables.conf`,
      '',
      '[Install]',
      'WantedBy=sysinit.target sallyport.target',
    ]),
    unit('sallyport-forwarding.service', [
      '[Unit]',
      'Description=Sallyport: forwarding between networks, once the rules stand',
      'Requires=sallyport-rules.service',
      'After=sallyport-rules.service network-online.target',
      'Wants=network-online.target',
      '',
      '[Service]',
      'Type=oneshot',
      'RemainAfterExit=yes',
      `ExecStart=${root}/forwarding.sh start`,
      `ExecStop=${root}/forwarding.sh stop`,
      '',
      '[Install]',
      'WantedBy=sallyport.target',
    ]),
    unit('sallyport-verdicts.service', [
      '[Unit]',
      'Description=Sallyport: verdicts of the kernel as JSON',
      'After=sallyport-rules.service',
      '',
      '[Service]',
      // Where the plugins are depends on the processor.
      `ExecStartPre=/bin/sh -c 'sed "s|/usr/lib/x86_64-linux-gnu/ulogd|$(dirname /usr/lib/*/ulogd/ulogd_output_JSON.so)|" ${root}/ulogd.conf > ${run}/ulogd.conf'`,
      `ExecStart=/usr/sbin/ulogd --configfile ${run}/ulogd.conf`,
      ...directories(),
      ...ALWAYS,
      'CapabilityBoundingSet=CAP_NET_ADMIN CAP_SYS_NICE',
      'RestrictAddressFamilies=AF_UNIX AF_NETLINK',
      ...HARDENED,
      '',
      '[Install]',
      'WantedBy=sallyport.target',
    ]),
    unit('sallyport-dns.service', [
      '[Unit]',
      'Description=Sallyport: DNS proxy, which fills the sets of names',
      'Requires=sallyport-rules.service',
      'After=sallyport-rules.service network-online.target',
      '',
      '[Service]',
      `ExecStart=/usr/bin/node ${root}/dns-proxy.mjs ${root}/dns-proxy.json`,
      ...directories(),
      ...ALWAYS,
      'LimitNOFILE=16384',
      'CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_BIND_SERVICE',
      'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
      ...HARDENED,
      '',
      '[Install]',
      'WantedBy=sallyport.target',
    ]),
    ...(hasProxy
      ? [
          unit('sallyport-proxy.service', [
            '[Unit]',
            'Description=Sallyport: proxy of application rules',
            'Requires=sallyport-rules.service',
            'After=sallyport-rules.service sallyport-forwarding.service',
            '',
            '[Service]',
            'Type=notify',
            `ExecStartPre=/bin/sh -c 'cp ${root}/maps/*.map ${run}/'`,
            `ExecStartPre=/usr/sbin/haproxy -c -q -f ${root}/haproxy.cfg`,
            `ExecStart=/usr/sbin/haproxy -Ws -f ${root}/haproxy.cfg -p ${run}/haproxy.pid`,
            'ExecReload=/bin/kill -USR2 $MAINPID',
            'KillMode=mixed',
            'SuccessExitStatus=143',
            `StandardOutput=append:${logs}/events/proxy.json`,
            ...directories(),
            ...ALWAYS,
            'LimitNOFILE=210000',
            'CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_BIND_SERVICE CAP_SYS_RESOURCE CAP_KILL',
            'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
            ...HARDENED,
            '',
            '[Install]',
            'WantedBy=sallyport.target',
          ]),
        ]
      : []),
    unit('sallyport-logs.service', [
      '[Unit]',
      'Description=Sallyport: logs as Azure writes them',
      '',
      '[Service]',
      `ExecStart=/usr/bin/node ${root}/log-writer.mjs ${root}/log-writer.json`,
      ...directories(),
      ...ALWAYS,
      // Frees what was read, with fallocate on files that others own as well.
      'CapabilityBoundingSet=',
      'RestrictAddressFamilies=AF_UNIX',
      'PrivateNetwork=yes',
      ...HARDENED,
      '',
      '[Install]',
      'WantedBy=sallyport.target',
    ]),
    unit('sallyport.conf', [
      '# tmpfiles.d: logs in the form of Azure are kept for two weeks.',
      `d ${run} 0750 root root -`,
      `d ${logs} 0750 root root -`,
      `d ${logs}/events 0750 root root -`,
      `d ${logs}/azure 0750 root root 14d`,
    ]),
  ];
}

function directories(): readonly string[] {
  return [
    'RuntimeDirectory=sallyport',
    'RuntimeDirectoryPreserve=yes',
    'RuntimeDirectoryMode=0750',
    `LogsDirectory=sallyport sallyport/events sallyport/azure`,
    'LogsDirectoryMode=0750',
  ];
}
