import path from 'node:path';
import { defineConfig } from '@playwright/test';
import { data, program } from './support/program.js';

// `deploy/test journeys` builds the release, wipes the data and sets these; the server is then started from here.
const address = '127.0.0.1:3100';

export default defineConfig({
  testDir: 'journeys',
  outputDir: 'test-results',
  // Each journey has a company of its own, so they disturb each other in nothing but speed.
  fullyParallel: true,
  // One more than cores: a third of the time each waits for its browser, its server or its disk.
  workers: 3,
  retries: 0,
  forbidOnly: !!process.env.CI,
  reporter: 'list',
  use: {
    baseURL: `http://${address}`,
    // Recording every step takes as long as the steps themselves.
    trace: process.env.DIWAN_TRACE ? 'on' : 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.DIWAN_CHROMIUM ?? '/usr/bin/chromium-headless-shell',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // A page of a journey lives for a second: compiling its program a second time, for speed, is time lost.
        '--js-flags=--liftoff-only',
      ],
    },
  },
  projects: [
    { name: 'en', use: { locale: 'en-US' } },
    { name: 'ar', use: { locale: 'ar-SA' } },
  ],
  webServer: {
    command: `exec "${program}" serve --demo --data "${data}" --addr ${address}`,
    cwd: path.join(import.meta.dirname, '..'),
    // A line for each request would hide what the journeys say.
    env: { DIWAN_WEBHOOKS_TO_LOOPBACK: '1', DIWAN_LOG: process.env.DIWAN_LOG ?? 'warn,sqlx::postgres::notice=error' },
    url: `http://${address}/health`,
    timeout: 120_000,
    reuseExistingServer: false,
    // Time to end its Postgres.
    gracefulShutdown: { signal: 'SIGTERM', timeout: 30_000 },
    stdout: 'ignore',
    stderr: 'pipe',
  },
});
