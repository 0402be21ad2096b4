import { readdirSync, readFileSync } from 'node:fs';

/** Processor time in milliseconds since the processes began. */
export interface CpuTimes {
  /** The cloud's main thread: API, services, engine, local providers. */
  mainThread: number;
  /** Its other threads: the functions, garbage collection, the journal's disk. */
  otherThreads: number;
  /** The DynamoDB server, a child process, with the shell that watches over it. */
  dynamodb: number;
}

/** Resident memory in MiB. */
export interface Memory {
  cloud: number;
  dynamodb: number;
  total: number;
}

/** Linux shows times in ticks of USER_HZ, which is 100 on every architecture that Node runs on (proc(5), time(7)). */
const MS_PER_TICK = 10;
const KIB_PER_MIB = 1024;

export function readCpu(pid: number): CpuTimes {
  const process = cpuMs(`/proc/${pid}/stat`);
  const mainThread = cpuMs(`/proc/${pid}/task/${pid}/stat`);
  return {
    mainThread,
    otherThreads: process - mainThread,
    dynamodb: sum(descendants(pid).map((child) => cpuMs(`/proc/${child}/stat`))),
  };
}

export function cpuBetween(from: CpuTimes, to: CpuTimes): CpuTimes {
  return {
    mainThread: to.mainThread - from.mainThread,
    otherThreads: to.otherThreads - from.otherThreads,
    dynamodb: to.dynamodb - from.dynamodb,
  };
}

export function readMemory(pid: number): Memory {
  return memoryOf(pid, 'VmRSS');
}

/** The most that each process has had so far, added up: no less than what they had together at any moment. */
export function readPeakMemory(pid: number): Memory {
  return memoryOf(pid, 'VmHWM');
}

function memoryOf(pid: number, field: string): Memory {
  const cloud = mib(pid, field);
  const dynamodb = sum(descendants(pid).map((child) => mib(child, field)));
  return { cloud, dynamodb, total: cloud + dynamodb };
}

function mib(pid: number, field: string): number {
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(read(`/proc/${pid}/status`))?.[1];
  return Number(kib ?? 0) / KIB_PER_MIB;
}

function cpuMs(path: string): number {
  const fields = statFields(read(path));
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * MS_PER_TICK;
}

function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(statFields(read(`/proc/${name}/stat`))[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (parent: number): number[] =>
    (children.get(parent) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

/** The fields after the command's name, which may itself have spaces and parentheses in it. */
function statFields(text: string): string[] {
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Empty when the process has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
