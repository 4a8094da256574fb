import { type AccessTable, accessRules } from "@app/platform/auth-rules.ts";
import { commonAccess } from "@app/platform/common-access.ts";
import { guardedServices } from "../e2e/auth-services.ts";

/** `docs/authorisation.md`, from the tables by which the services let callers in. */
export function authorisationPage(): string {
  const rules = Object.entries(accessRules).map(
    ([rule, { meaning }]) => `| ${rule} | ${meaning} |`,
  );
  const tables = Object.entries({
    ...Object.fromEntries(
      Object.entries(guardedServices).map(([name, { access }]) => [name, access]),
    ),
    "every service": commonAccess,
  });
  return [introduction, ...rules, told, ...tables.map(tableOf)].join("\n");
}

const introduction = `# Who may call what

Written by \`bun tests/house/write-authorisation-page.ts\` from the services' tables; a test holds it fresh.

A service states who may make each of its calls in one table, its \`access.ts\`. A route or an RPC that is not
in it is answered to nobody, and a service that has one does not start. The rule is asked before the body is
looked at. HTTP, Connect and gRPC alike learn who calls from one verifier (\`services/platform/token-verifier.ts\`).

| rule | who is let in |
|---|---|
| public | Everybody. What credential is sent is not looked at. |`;

const told = `
Whoever is not let in is told

| status | gRPC | when |
|---|---|---|
| 401 | UNAUTHENTICATED | there is no token, or it does not hold, also where guests are let in |
| 403 | PERMISSION_DENIED | the token holds and has not the role; or the event, which everybody may see, is another organiser's; or a session's cookie comes from a page of another site |
| 404 | NOT_FOUND | the thing is somebody else's, in the words of one that does not exist |
| 503 | UNAVAILABLE | the token's key is unknown and its issuer cannot be asked |

**A token** is \`Authorization: Bearer …\` or the session cookie of a browser. It is an Ed25519 JWT: the algorithm
is the key's, never the token's choice; \`iss\`, \`aud\`, \`typ\`, \`exp\` and \`nbf\` must hold, the times with five
seconds of leeway. The keys come from \`JWKS_URL\`: read when they are needed, again every minute while they are
used, and for an unknown key at most every ten seconds, whoever asks. While the issuer is away the last good
ones stay in use, and \`/readyz\` names \`token keys\`; services answer what needs no token all the same.

**A cookie** counts for what changes something only with a proof that the page is of this site:
\`Sec-Fetch-Site: same-origin\`, or from browsers that do not send it an \`Origin\` with the host that was asked. Pages
of origins in \`CORS_ORIGINS\` count as this site's. Behind the gateway the host is the one that the browser asked
for ([web.md](web.md)).

**\`AUTH=required\`** lets guests make public calls alone. **\`AUTH=optional\`**, which production refuses, lets them
in as customers and services too; a token that is sent is verified all the same, and wins over what the body
says. Operators and organisers need a token in either mode, except where \`AUTH=optional\` and no \`JWKS_URL\` is
set: then nobody issues tokens, and nobody could act. The native gRPC port is for services, whatever the rule
of its call, reflection too; its health is for everybody.

**Owners.** Under \`user\` and \`signed in\` each query asks for the caller's own things alone; whoever has the role
operator or service serves everybody. A viewer sees everybody's orders, bookings and holds, and changes only its own;
nobody's tickets, which let in whoever has them. To whom a new thing belongs is said by the token, never by the body.

**How long a token is believed.** For as long as it is good, a person's ten minutes: no service asks users about
one, so that all go on while it is away. A role that was taken away and a session that was ended count from the
next refresh; until then the token of a former operator still redrives, discards and changes the menu, in its
name. What would outlast it does not wait: roles, service tokens and keys are given out by whom the database
calls an operator at that moment, with a token of a key that still counts. \`qb user rotate-keys --compromised\`
shuts out everybody, whatever they hold, within a minute or so.

\`qb\` sends the token in \`QB_TOKEN\` or of \`--token\`.`;

function tableOf([service, access]: [string, AccessTable]): string {
  const rows = Object.entries(access).map(([call, rule]) => `| \`${call}\` | ${rule} |`);
  return ["", `## ${service}`, "", "| call | rule |", "|---|---|", ...rows, ""].join("\n");
}
