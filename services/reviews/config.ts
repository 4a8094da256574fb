import { readConfig } from "@app/platform/config.ts";
import { serviceSettings } from "@app/platform/service-settings.ts";
import { port, wholeNumber } from "@app/platform/settings.ts";
import { signingKeySecret } from "@app/platform/signing-key-secret.ts";
import { z } from "zod";

/** Everything that reviews reads from its environment. */
export const ReviewsConfig = z.object({
  ...serviceSettings,
  PORT: port().prefault("8484"),
  METRICS_PORT: port().prefault("9106"),
  /** What accounts become authors with. Another one makes strangers of all who wrote before. */
  AUTHOR_SECRET: signingKeySecret(),
  /** Reviews, comments and reports of one person in a day. */
  WRITES_PER_DAY_MAX: wholeNumber({ min: 1, max: 100_000 }).prefault("50"),
});

export const readReviewsConfig = () => readConfig(ReviewsConfig);
