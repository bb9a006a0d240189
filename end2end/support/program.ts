// The program that the journeys are about, and where it keeps its data.

import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { APIRequestContext } from '@playwright/test';

const cache = process.env.DIWAN_CACHE ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'diwan');
export const program = process.env.DIWAN_BIN ?? path.join(cache, 'target', 'release', 'diwan');
export const data = process.env.DIWAN_JOURNEY_DATA ?? path.join(cache, 'journeys');

/** Gives the program a command, beside the server that runs. Answers with what it says. */
export async function command(...words: string[]) {
  const { stdout } = await promisify(execFile)(program, [...words, '--data', data]);
  return stdout;
}

/** Another program, which works for somebody over REST: it does what a journey stands on and is not about. */
export class Worker {
  private constructor(
    private readonly request: APIRequestContext,
    private readonly token: string,
  ) {}

  static async of(request: APIRequestContext, email: string) {
    const token = await command('token', '--user', email, '--name', 'Worker', '--scope', 'write');
    return new Worker(request, token.trim());
  }

  /** Takes actions, each on what the one before it made, if anything. Answers with the address of the last document. */
  async act(address: string, ...actions: string[]) {
    const headers = { authorization: `Bearer ${this.token}`, 'if-match': '*' };
    for (const action of actions) {
      const answer = await this.request.post(`/api/v1${address}/${action}`, { headers });
      if (!answer.ok()) throw new Error(`${action} of ${address}: ${await answer.text()}`);
      const { created } = (await answer.json()) as { created: { href: string }[] };
      address = created[0]?.href.replace('/api/v1', '') ?? address;
    }
    return address;
  }
}
