import { z } from "zod";

/** Prices end at a million, in cents; quantities where the messages' do. */
const PRICE_MAX_CENTS = 100_000_000;
const QUANTITY_MAX = 1_000_000;

/** A missing or null value is told apart from one of another type. */
const said = (missing: string, mistyped: string) => (issue: { readonly input?: unknown }) =>
  issue.input === undefined || issue.input === null ? missing : mistyped;

const text = (name: string, charactersMax: number, { blank = `${name} is required` } = {}) =>
  z
    .string({ error: said(`${name} is required`, `${name} must be a string`) })
    .trim()
    .min(1, blank)
    .refine((value) => [...value].length <= charactersMax, `${name} is too long`)
    .refine((value) => !value.includes("\0"), `${name} must not contain NUL`);

const wholeNumber = (name: string, { max }: { readonly max: number }) =>
  z
    .number({ error: said(`${name} is required`, `${name} must be an integer`) })
    .refine(Number.isInteger, { error: `${name} must be an integer`, abort: true })
    .min(0, `${name} must be >= 0`)
    .max(max, `${name} is too large`);

/** A picture is shown by browsers: nothing but a web address or a path of this site may stand there. */
const noPhoto = "photoUrl must be an http(s) url or an absolute path";
const photoUrl = text("photoUrl", 2_000, { blank: noPhoto }).refine(isPhotoUrl, {
  error: noPhoto,
  when: ({ issues }) => issues.length === 0,
});

function isPhotoUrl(value: string): boolean {
  if (/^\/(?![/\\])/.test(value)) return !/[\s\\]/.test(value);
  return /^https?:\/\//i.test(value) && !/[\s\\]/.test(value) && URL.canParse(value);
}

const description = text("description", 2_000, { blank: "description must not be blank" });

const fields = {
  name: text("name", 200),
  description: description.nullish().transform((value) => value ?? null),
  priceCents: wholeNumber("priceCents", { max: PRICE_MAX_CENTS }),
  photoUrl: photoUrl.nullish().transform((value) => value ?? null),
};

/** Stock only comes in by restocking: a number set here would undo a sale that happens meanwhile. */
const available = z.undefined("available cannot be set, use restock").optional();

const objectOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown field ${String(issue.keys?.[0]).slice(0, 100)}`
        : "invalid json",
  });

export const AddItemBody = objectOf({
  // A path cannot hold them: no client could name the item.
  sku: text("sku", 64).refine((sku) => sku !== "." && sku !== "..", "sku must not be . or .."),
  ...fields,
  available: wholeNumber("available", { max: QUANTITY_MAX }),
});

/** Everything that an item says about itself; what may be absent is removed when it is. */
export const ReplaceItemBody = objectOf({ ...fields, available });

/** A field that is absent stays; null removes what may be absent. */
export const ChangeItemBody = objectOf({
  name: fields.name.exactOptional(),
  description: description.nullable().exactOptional(),
  priceCents: fields.priceCents.exactOptional(),
  photoUrl: photoUrl.nullable().exactOptional(),
  available,
});

export const RestockBody = objectOf({
  quantity: z
    .number({ error: said("quantity must be > 0", "quantity must be an integer") })
    .refine((quantity) => quantity > 0, { error: "quantity must be > 0", abort: true })
    .refine(Number.isInteger, { error: "quantity must be an integer", abort: true })
    .max(QUANTITY_MAX, "quantity is too large"),
});
