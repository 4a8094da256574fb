/** The last 8 characters of an id, which people can read to each other. */
export const shortId = (id: string) => id.slice(-8);
