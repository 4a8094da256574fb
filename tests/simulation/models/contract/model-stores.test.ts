import { lockingContract } from "@app/platform/testing/store-contract/locking.ts";
import { postgresStores } from "@app/platform/testing/store-contract/messaging-stores.ts";
import { storeContract } from "@app/platform/testing/store-contract/store-contract.ts";
import { modelStores } from "./model-stores.ts";

storeContract("the model and Postgres", [modelStores, postgresStores]);
lockingContract("the model", modelStores);
lockingContract("Postgres", postgresStores);
