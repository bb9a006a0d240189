// The program that the journeys are about, and where it keeps its data.

import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const cache = process.env.DIWAN_CACHE ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'diwan');
export const program = process.env.DIWAN_BIN ?? path.join(cache, 'target', 'release', 'diwan');
export const data = process.env.DIWAN_JOURNEY_DATA ?? path.join(cache, 'journeys');

/** Gives the program a command, beside the server that runs. Answers with what it says. */
export async function command(...words: string[]) {
  const { stdout } = await promisify(execFile)(program, [...words, '--data', data]);
  return stdout;
}
