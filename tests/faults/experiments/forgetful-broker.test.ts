import { expect, test } from "bun:test";
import { forgetfulBroker, keptMessages, messages, publishWindow } from "./forgetful-broker.ts";

test("exactly what the broker forgot is sent again, and nothing happens twice", async () => {
  const { putBack, deleted } = await forgetfulBroker();

  const lost = messages - keptMessages;
  expect(putBack).toMatchObject({ stored: lost, held: messages, effects: messages, disorder: 0 });
  expect(putBack.publishes).toBeLessThanOrEqual(lost + publishWindow);
  expect(deleted).toMatchObject({
    stored: messages,
    held: messages,
    effects: messages,
    disorder: 0,
  });
  expect(deleted.publishes).toBeLessThanOrEqual(messages + publishWindow);
}, 120_000);
