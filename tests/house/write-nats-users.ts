import { natsUsersFile, natsUsersText } from "./nats-users.ts";

await Bun.write(natsUsersFile, natsUsersText());
