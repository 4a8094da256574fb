import type { QuickBite } from "./quickbite.ts";

type Broker = Pick<QuickBite, "broker">;

interface StreamInfo {
  readonly config: Readonly<Record<string, unknown>>;
  readonly state: { readonly bytes: number };
}

/** Changes a stream's limits behind everybody's back. */
export async function limitStream(
  world: Broker,
  stream: string,
  limits: (info: StreamInfo) => Readonly<Record<string, number>>,
): Promise<void> {
  const info = (await ask(world, `STREAM.INFO.${stream}`)) as StreamInfo;
  await ask(world, `STREAM.UPDATE.${stream}`, { ...info.config, ...limits(info) });
}

/** Stops deliveries of a durable for so long; 0 lets it go on. */
export async function pauseDurable(
  world: Broker,
  {
    stream,
    durable,
    forMs,
  }: { readonly stream: string; readonly durable: string; readonly forMs: number },
): Promise<void> {
  const until = { pause_until: new Date(Date.now() + forMs).toISOString() };
  await ask(world, `CONSUMER.PAUSE.${stream}.${durable}`, forMs === 0 ? {} : until);
}

async function ask({ broker }: Broker, what: string, body?: object): Promise<unknown> {
  const connection = await broker.connection(5_000);
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const answer: unknown = (await connection.request(`$JS.API.${what}`, payload)).json();
  if (typeof answer === "object" && answer !== null && "error" in answer) {
    throw new Error(`the broker refused ${what}: ${JSON.stringify(answer.error)}`);
  }
  return answer;
}
