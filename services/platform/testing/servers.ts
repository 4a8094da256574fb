import { joinTestInfrastructure } from "@app/dev/test-infrastructure.ts";

export interface TestServers {
  readonly databaseUrl: string;
  readonly natsUrl: string;
}

let servers: Promise<TestServers> | undefined;

/**
 * The servers that this run's tests share: those that the environment names, else ours, started by
 * the first test that asks and stopped after the last process that uses them.
 */
export function testServers(): Promise<TestServers> {
  servers ??= find();
  return servers;
}

async function find(): Promise<TestServers> {
  const databaseUrl = process.env.QUICKBITE_TEST_DATABASE_URL;
  const natsUrl = process.env.QUICKBITE_TEST_NATS_URL;
  if (databaseUrl && natsUrl) return { databaseUrl, natsUrl };

  const shared = await joinTestInfrastructure();
  const found = {
    databaseUrl: databaseUrl ?? shared.databaseUrl,
    natsUrl: natsUrl ?? shared.natsUrl,
  };
  // Programs that a test starts find the same servers.
  process.env.QUICKBITE_TEST_DATABASE_URL = found.databaseUrl;
  process.env.QUICKBITE_TEST_NATS_URL = found.natsUrl;
  return found;
}
