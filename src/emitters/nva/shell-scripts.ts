import { PROXY_ROUTING } from '../../appliance/index.ts';
import type { EmittedFile } from '../emitter.ts';
import { MACHINE } from './machine-site.ts';

const { root, run, logs } = MACHINE;

/** Scripts of the machine. Each is short enough to be read before it is run as root. */
export function shellScripts(ownAddresses: readonly string[]): readonly EmittedFile[] {
  return [
    { path: 'install.sh', text: install() },
    { path: 'forwarding.sh', text: forwarding(ownAddresses) },
    { path: 'reload.sh', text: reload() },
    { path: 'health-check.sh', text: healthCheck() },
  ];
}

function install(): string {
  return `#!/bin/bash
# Installs the appliance from the folder this script lies in. Can be run again.
set -euo pipefail

main() {
  local here
  here=$(cd "$(dirname "$0")" && pwd)
  [ "$(id -u)" = 0 ] || { echo "install.sh: root is needed" >&2; exit 2; }
  for program in nft haproxy ulogd node ip perl; do
    command -v "$program" > /dev/null || {
      echo "install.sh: $program is missing: apt-get install nftables haproxy ulogd2 ulogd2-json nodejs iproute2 perl-base" >&2
      exit 2
    }
  done
  if ! node --version | grep -Eq '^v(1[89]|[2-9][0-9])\\.'; then
    echo "install.sh: Node.js 18 or newer is needed (Debian 12, Ubuntu 24.04)" >&2
    exit 2
  fi
  if [ "$here" != ${root} ]; then
    mkdir -p ${root}
    cp -r "$here"/. ${root}/
  fi
  chmod 0755 ${root}/*.sh
  install -m 0644 ${root}/units/*.service ${root}/units/*.target /etc/systemd/system/
  install -m 0644 ${root}/units/sallyport.conf /etc/tmpfiles.d/sallyport.conf
  systemd-tmpfiles --create /etc/tmpfiles.d/sallyport.conf
  # The distribution's own services of the same programs would get in the way.
  systemctl disable --now haproxy.service ulogd2.service nftables.service 2> /dev/null || true
  systemctl daemon-reload
  for unit in ${root}/units/*.service ${root}/units/*.target; do
    systemctl enable "$(basename "$unit")"
  done
  systemctl start sallyport.target
}

main "$@"
exit
`;
}

function forwarding(ownAddresses: readonly string[]): string {
  const preference = /pref (\d+)/.exec(PROXY_ROUTING.join('\n'))?.[1] ?? '100';
  return `#!/bin/bash
# Lets the machine forward, once the rules stand; without them it never does.
set -euo pipefail

start() {
  nft list table inet sallyport_fw > /dev/null
  ip link set lo up
${ownAddresses.map((address) => `  ip addr replace ${address}/32 dev lo`).join('\n')}${ownAddresses.length === 0 ? '' : '\n'}  while ip rule del pref ${preference} 2> /dev/null; do :; done
  ip -batch ${root}/routing.batch
  # Forwarding itself is the last line of the file.
  sysctl -q -e -p ${root}/sysctl.conf
}

stop() {
  sysctl -q -w net.ipv4.ip_forward=0
}

case "\${1:-}" in
  start) start ;;
  stop) stop ;;
  *) echo "usage: forwarding.sh start|stop" >&2; exit 2 ;;
esac
`;
}

function reload(): string {
  return `#!/bin/bash
# reload.sh NEW-FOLDER: takes over what another run of \`emit --to nva\` wrote. Established connections go on.
set -euo pipefail

sound() {
  nft -c -f "$new/nftables.conf" || return 1
  [ -f "$new/haproxy.cfg" ] || return 0
  # The configuration names its maps where the running proxy has its own.
  sed "s|${run}/|$stage/|g" "$new/haproxy.cfg" > "$stage/haproxy.cfg" || return 1
  cp "$new"/maps/*.map "$stage/" || return 1
  haproxy -c -q -f "$stage/haproxy.cfg" || return 1
}

same() {
  cmp -s <(grep -v '^#' "$1" 2> /dev/null) <(grep -v '^#' "$2" 2> /dev/null)
}

# What the proxy has to do: nothing, take other maps while it runs, or read its configuration again.
proxy_work() {
  local map work=no
  same "$root/haproxy.cfg" "$new/haproxy.cfg" || { echo all; return; }
  [ "$(cd "$root/maps" && ls)" = "$(cd "$new/maps" && ls)" ] || { echo all; return; }
  for map in "$new"/maps/*.map; do
    same "$root/maps/$(basename "$map")" "$map" || work=maps
  done
  echo "$work"
}

take_maps() {
  node "$root/dns-proxy.mjs" "$root/dns-proxy.json" proxy-maps "$1" "$root/maps" "$new/maps"
}

restart() {
  if [ -d /run/systemd/system ]; then systemctl "$1" "$2"; fi
}

main() {
  new=\${1:?usage: reload.sh NEW-FOLDER}
  root=${root}
  stage=$(mktemp -d)
  trap 'rm -rf "$stage"' EXIT
  for file in nftables.conf dns-proxy.json rules.json; do
    [ -f "$new/$file" ] || { echo "reload.sh: $new has no $file; nothing was changed" >&2; exit 2; }
  done

  # Nothing is touched before all of it is known to be sound.
  sound || { echo "reload.sh: the new files are not sound; nothing was changed" >&2; exit 1; }
  local proxy=no dns=no
  if [ -f "$new/haproxy.cfg" ]; then proxy=$(proxy_work); fi
  # Names may change while it runs; what it listens at and asks may not.
  node "$root/dns-proxy.mjs" "$root/dns-proxy.json" same-but-names "$new/dns-proxy.json" || dns=yes

  # One transaction: the rules, with the addresses of names that are known.
  node "$root/dns-proxy.mjs" "$root/dns-proxy.json" reload "$new/nftables.conf" "$new/dns-proxy.json"
  # Its time tells the log writer from when on numbers mean the new rules.
  cp "$new/rules.json" "$root/rules.json.new"
  mv "$root/rules.json.new" "$root/rules.json"

  for file in nftables.conf dns-proxy.json haproxy.cfg log-writer.json dns-proxy.mjs log-writer.mjs; do
    [ -f "$new/$file" ] || continue
    cp "$new/$file" "$root/$file.new"
    mv "$root/$file.new" "$root/$file"
  done
  if [ "$proxy" = maps ] && [ -S ${run}/haproxy.sock ]; then
    # All of them at once, and the proxy goes on; one that does not take them reads everything again.
    take_maps ${run} && proxy=done
  fi
  if [ "$proxy" != no ]; then
    mkdir -p "$root/maps"
    cp "$new"/maps/*.map "$root/maps/"
    cp "$new"/maps/*.map ${run}/
  fi
  if [ "$proxy" = all ] || [ "$proxy" = maps ]; then
    # Listening sockets are handed over: no connection is refused, and those under way end with the old worker.
    # One that does not run finds the new files when it is started.
    kill -USR2 "$(cat ${run}/haproxy.pid 2> /dev/null)" 2> /dev/null || restart start sallyport-proxy.service
  fi
  if [ "$dns" = yes ]; then restart restart sallyport-dns.service; fi
  echo "reloaded"
}

main "$@"
exit
`;
}

function healthCheck(): string {
  return `#!/bin/bash
# Exit code 0: everything that must run does. Otherwise each line says what does not.
set -uo pipefail

bad=0
check() {
  local what=$1
  shift
  if "$@" > /dev/null 2>&1; then
    echo "ok    $what"
  else
    echo "FAIL  $what"
    bad=1
  fi
}

forwards() { [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]; }
proxy_answers() { kill -0 "$(cat ${run}/haproxy.pid)" && ss -Hltn 'sport = :3128 or sport = :3129' | grep -q .; }
sets_filled() { node ${root}/dns-proxy.mjs ${root}/dns-proxy.json status | grep -q '"sets": "running"'; }
upstream_answers() { node ${root}/dns-proxy.mjs ${root}/dns-proxy.json status | grep -q '"isHealthy": true'; }
verdicts_run() { pgrep -x ulogd; }
logs_run() { pgrep -f ${root}/log-writer.mjs; }
has_room() { [ "$(df --output=pcent ${logs} | tr -dc 0-9)" -lt 95 ]; }

check "rules are loaded" nft list table inet sallyport_fw
check "forwarding is on" forwards
if [ -f ${root}/haproxy.cfg ]; then check "proxy of application rules" proxy_answers; fi
check "DNS proxy, and what fills its sets" sets_filled
check "a name server answers the DNS proxy" upstream_answers
check "verdicts are written" verdicts_run
check "logs are written" logs_run
check "the disk of the logs has room" has_room
exit $bad
`;
}
