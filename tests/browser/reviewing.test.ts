import { beforeAll, expect, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { Page } from "playwright-core";
import { addDish } from "./add-dish.ts";
import { describeInBrowser } from "./describe-in-browser.ts";
import { publishedEvent } from "./published-event.ts";
import { sharedWorld } from "./shared-world.ts";
import { type Visit, visit } from "./visit.ts";
import type { WebWorld } from "./web-world.ts";

const words = "Just <b>right</b>, see https://example.com";

describeInBrowser("reviewing", () => {
  let world: WebWorld;
  beforeAll(async () => {
    world = await sharedWorld();
    await addDish(world, "risotto", { available: 100 });
  });

  test("is for guests to read, and to sign in for", () =>
    visit(world.url, async ({ page, open }) => {
      await open("/dishes/risotto");

      await page.getByText("Nobody has said anything yet.").waitFor();
      await page.getByRole("link", { name: "Sign in to review it" }).click();
      await page.waitForURL((url) => url.searchParams.get("back") === "/dishes/risotto");
    }));

  test("goes from a confirmed order to a review, a like, a comment, and its end by the house", async () => {
    await visit(
      world.url,
      async ({ page, open }) => {
        await open("/dishes/risotto");
        await page.getByText("Only who has a confirmed order of it may review it.").waitFor();
        await page.getByRole("button", { name: "Add Risotto" }).click();
        await open("/");
        await page
          .getByRole("button", { name: /^order/i })
          .first()
          .click();
        await page.getByRole("heading", { name: "Confirmed. It’s yours." }).waitFor();
        await page.getByRole("link", { name: "Review Risotto" }).click();

        await page.getByRole("button", { name: "Send review" }).click();
        await page.getByText("Choose 1 to 5 stars.").waitFor();
        await write(page, 4);
        const own = page.getByRole("listitem").filter({ hasText: "(you)" });
        await own.getByText(words, { exact: true }).waitFor();
        expect(await own.getByRole("link").count()).toBe(0);
        await own.getByRole("button", { name: "Change" }).click();
        await own.getByRole("radio", { name: "5 stars" }).check({ force: true });
        await own.getByRole("button", { name: "Change review" }).click();
        await page.getByText("Your review is changed.").waitFor();
        await own.getByRole("button", { name: "Remove" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Remove review" }).click();
        await page.getByText("Your review is gone.").waitFor();
        // What was pressed is gone, and whoever goes on by keyboard is not sent to the top.
        await page.locator("#reviews-h:focus").waitFor();
        await write(page, 5);
        await own.getByText(words, { exact: true }).waitFor();

        // The menu shows it from its own data, once it has heard of it.
        await eventually(async () => {
          const { body } = await world.call("GET", "/v1/items/risotto");
          expect(body).toMatchObject({ rating: 5, reviews: 1 });
        });
        await open("/");
        const dish = page.getByRole("listitem").filter({ hasText: "Risotto" });
        await dish.getByText("1 review").first().waitFor();
      },
      { as: "customer" },
    );

    await visit(
      world.url,
      async ({ page, open }) => {
        await open("/dishes/risotto");
        const review = page.getByRole("listitem").filter({ hasText: words });
        await review.getByRole("button", { name: "Like, 0 people like it" }).click();
        await review.getByRole("button", { name: "Like, 1 person likes it" }).waitFor();
        await review.getByRole("button", { name: "0 comments" }).click();
        await review.getByLabel("Say something to it").fill("So it is.");
        await review.getByRole("button", { name: "Send comment" }).click();
        await review.getByText("So it is.", { exact: true }).waitFor();
        await review.getByRole("button", { name: "Report", exact: true }).click();
        await page.getByLabel("What is wrong with it").fill("It advertises.");
        await page.getByRole("dialog").getByRole("button", { name: "Report" }).click();
        await page.getByText("Somebody will look at it.").waitFor();
      },
      { as: "organiser" },
    );

    await visit(
      world.url,
      async ({ page, open }) => {
        await open("/console/reviews");
        const entry = page.getByRole("listitem").filter({ hasText: words });
        await entry.getByText("Reported 1 time: “It advertises.”").waitFor();
        await entry.getByRole("button", { name: "Leave it" }).click();
        await act(page, "Leave review", "An opinion");
        await page.getByText("The review stays").waitFor();
        await entry.waitFor({ state: "hidden" });

        await reportAgain();
        await open("/console/reviews");
        await entry.getByRole("button", { name: "Hide review" }).click();
        await act(page, "Hide review", "Advertising");
        await page.getByText("The review is hidden").waitFor();
        await page.getByRole("button", { name: "Show hidden" }).click();
        await entry.getByRole("button", { name: "Show review again" }).click();
        await act(page, "Show review", "A mistake");
        await page.getByText("The review is shown again").waitFor();
        await open("/dishes/risotto");
        await page.getByRole("listitem").filter({ hasText: words }).waitFor();

        await reportAgain();
        await open("/console/reviews");
        const comment = page.getByRole("listitem").filter({ hasText: "So it is." });
        await comment.getByRole("button", { name: "Hide comment" }).click();
        await act(page, "Hide comment", "Not helpful");
        await page.getByText("The comment is hidden").waitFor();
        await entry.getByRole("button", { name: "Hide review" }).click();
        await act(page, "Hide review", "Advertising");
        await page.getByText("The review is hidden").waitFor();
        await open("/dishes/risotto");
        await page.getByText("Nobody has said anything yet.").waitFor();
      },
      { as: "operator" },
    );
  });

  test("is for an event, too, once it is booked", async () => {
    const eventId = await publishedEvent(world);
    const token = await world.tokenOf("customer");
    const booking = { token, body: { seats: 1 } };
    const { status } = await world.call("POST", `/events/${eventId}/bookings`, booking);
    expect(status).toBe(201);
    await eventually(async () => {
      const path = `/reviews/by/me/of?subject=event:${eventId}`;
      expect((await world.call("GET", path, { token })).body.mayReview).toBe(true);
    });

    const reviewIt = async ({ page, open }: Visit) => {
      await open(`/events/${eventId}/book`);
      await write(page, 4);
      const own = page.getByRole("listitem").filter({ hasText: "(you)" });
      await own.getByText(words, { exact: true }).waitFor();
      await eventually(async () => {
        const { body } = await world.call("GET", `/events/${eventId}`);
        expect(body).toMatchObject({ rating: 4, reviews: 1 });
      });
    };
    await visit(world.url, reviewIt, { as: "customer" });
  });

  /** What stands there, and what was said to it, as a page reports them. */
  async function reportAgain(): Promise<void> {
    const token = await world.tokenOf("organiser");
    const body = { reason: "It advertises." };
    const listed = await world.call("GET", "/reviews?subject=item:risotto");
    const path = `/reviews/${listed.body.reviews[0].id}`;
    const said = await world.call("GET", `${path}/comments`);
    const places = [path, `${path}/comments/${said.body.comments[0].id}`];
    for (const place of places) {
      const { status } = await world.call("POST", `${place}/report`, { token, body });
      expect(status).toBe(204);
    }
  }
});

/** Answers the console's question, with a reason. */
async function act(page: Page, button: string, reason: string): Promise<void> {
  await page.getByLabel("Reason").fill(reason);
  await page.getByRole("dialog").getByRole("button", { name: button }).click();
}

async function write(page: Page, stars: number): Promise<void> {
  await page.getByRole("radio", { name: `${stars} stars` }).check({ force: true });
  await page.getByLabel("Your words").fill(words);
  await page.getByRole("button", { name: "Send review" }).click();
  await page.getByText("Your review is there.").last().waitFor();
}
