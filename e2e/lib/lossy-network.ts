/** Programs that run where the network loses packets. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a Node `script`, with its arguments, in a network of its own whose datagrams get lost; returns its
 * exit code.
 *
 * What is said between two addresses of one machine goes through its loopback device, so that is
 * where packets are lost: by netem, or by nftables where the kernel was built without it.
 *
 * @param percent of the packets.
 */
export async function runLossily(script: readonly string[], percent: number): Promise<number> {
  const setUp = [
    'set -e',
    'ip link set lo up',
    // Browsers connect by other addresses than those of the loopback device.
    'ip link add near type veth peer name far',
    `ip address add ${NETWORK} dev near`,
    'ip link set near up',
    'ip link set far up',
    'ip route add default dev near',
    `tc qdisc add dev lo root netem loss ${percent}% 2>/dev/null && exec "$@"`,
    'nft add table inet loss',
    'nft "add chain inet loss input { type filter hook input priority 0; }"',
    `nft "add rule inet loss input meta l4proto udp numgen random mod 100 < ${percent} drop"`,
    'exec "$@"',
  ].join('\n');
  // Whoever makes the network is root in it.
  const rights = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const command = [process.execPath, ...process.execArgv, ...script];
  const args = ['--net', ...rights, 'sh', '-c', setUp, 'sh', ...command];
  const child = spawn('unshare', args, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/** RFC 5737: for examples, so that nobody else has it. */
const NETWORK = '192.0.2.1/24';
