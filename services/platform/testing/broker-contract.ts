import { answering } from "./broker-contract/answering.ts";
import { hinting } from "./broker-contract/hinting.ts";
import { limiting } from "./broker-contract/limiting.ts";
import { publishing } from "./broker-contract/publishing.ts";
import { reading } from "./broker-contract/reading.ts";
import { stating } from "./broker-contract/stating.ts";
import { subscribing } from "./broker-contract/subscribing.ts";
import { type BrokerUnderTest, contractWorlds } from "./broker-contract/world.ts";

/** What every broker must do that the core is to run on: JetStream, and what stands for it. */
export function brokerContract(name: string, makeBroker: () => Promise<BrokerUnderTest>): void {
  const world = contractWorlds(makeBroker);
  publishing(name, world);
  subscribing(name, world);
  answering(name, world);
  limiting(name, world);
  reading(name, world);
  stating(name, world);
  hinting(name, world);
}
