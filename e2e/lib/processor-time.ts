/** What processes have used, as Linux counts it. */

import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of processor time, in user and in kernel mode, of a process and all that it started. */
export function processorTime(pid: number): number {
  const processes = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    const process = /^\d+$/.test(name) && read(name);
    if (process) processes.set(Number(name), process);
  }
  const isDescendant = (id: number): boolean => {
    const process = processes.get(id);
    return id === pid || (process !== undefined && isDescendant(process.parent));
  };
  let ticks = 0;
  for (const [id, process] of processes) if (isDescendant(id)) ticks += process.ticks;
  return ticks / TICKS_PER_SECOND;
}

interface Process {
  parent: number;
  /** Its own, and those of its children that have ended. */
  ticks: number;
}

/** See proc_pid_stat(5): the name, in brackets, may hold blanks. */
function read(pid: string): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
    const ticks = fields.slice(UTIME, CSTIME + 1).reduce((sum, ticks) => sum + ticks, 0);
    return { parent: fields[PPID]!, ticks };
  } catch {
    return undefined; // it has ended meanwhile
  }
}

/** Fields after the name. */
const PPID = 1;
const UTIME = 11;
const CSTIME = 14;

/** `USER_HZ`, the same on all machines that browsers run on. */
const TICKS_PER_SECOND = 100;
