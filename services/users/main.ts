import { asyncApiOf } from "@app/contracts/asyncapi.ts";
import { messageContracts } from "@app/contracts/messages.ts";
import { streams as topology } from "@app/contracts/topology.ts";
import { hostService } from "@app/platform/host.ts";
import { sealedBy } from "@app/platform/sealed.ts";
import { readUsersConfig } from "./config.ts";
import { users } from "./service.ts";
import { demoUsers, firstOperator, requireUsers } from "./store/first-users.ts";
import { passwords } from "./store/passwords.ts";
import { requireSigningKey } from "./store/signing-keys.ts";

await hostService({
  name: "users",
  readSettings: readUsersConfig,
  topology,
  contracts: messageContracts.map(({ schema }) => schema),
  messages: () => asyncApiOf("users"),
  build: async ({ settings, ...foundation }) => {
    const seal = sealedBy(settings.SIGNING_KEY_SECRET);
    const hashing = passwords();
    const service = users({
      ...foundation,
      seal,
      passwords: hashing,
      sessionLifetimeMs: settings.SESSION_LIFETIME,
      limits: {
        failuresPerAccount: settings.SIGN_IN_FAILURES_PER_ACCOUNT,
        failuresPerAddress: settings.SIGN_IN_FAILURES_PER_ADDRESS,
        registrationsPerAddress: settings.REGISTRATIONS_PER_ADDRESS,
      },
      cookies: {
        secure: settings.SECURE_COOKIES === "on",
        trustedOrigins: settings.CORS_ORIGINS,
      },
    });
    await requireSigningKey(foundation.db, seal);
    // Rather now than at the first sign-in.
    await service.keys.signer();
    const { OPERATOR_EMAIL: email, OPERATOR_PASSWORD: password } = settings;
    await requireUsers({ ...foundation, passwords: hashing }, [
      ...(email && password ? [firstOperator({ email, password })] : []),
      ...(settings.DEMO === "on" ? demoUsers : []),
    ]);
    return service;
  },
});
