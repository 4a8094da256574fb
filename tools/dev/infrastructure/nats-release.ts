import { join } from "node:path";
import { inScratch, keep, newestCached } from "./binary-cache.ts";
import { NotOffered, type Reporter } from "./ways.ts";

/** The release that is fetched. The sums are those of the official archives of exactly this version. */
const VERSION = "2.14.5";
const SHA256: Readonly<Record<string, string>> = {
  "linux-amd64": "5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355",
  "linux-arm64": "673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c",
  "darwin-amd64": "f95c98d6b6ed2b63c5681b46b092c9585c99767d547cf495730c329234625e96",
  "darwin-arm64": "ddd907854d9a2de834af133fa396915fe6442fe6d8909ae31390d1ea7a0fea50",
};

const RELEASES = "https://github.com/nats-io/nats-server/releases/download";
// Short, because the machines that cannot reach GitHub have other ways to go on to.
const PATIENCE = { answerMs: 5_000, silenceMs: 15_000 };
const ARCHIVE_MAX_BYTES = 64 * 1024 * 1024;

/** Downloads the pinned nats-server, checks its sum and keeps it. */
export async function fetchRelease(report: Reporter): Promise<string> {
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  const sha256 = SHA256[platform];
  if (!sha256) throw new NotOffered(`no release is pinned for ${platform}`);

  return inScratch(async (scratch) => {
    const fetchedMeanwhile = newestCached("nats-server");
    if (fetchedMeanwhile) return fetchedMeanwhile;

    const name = `nats-server-v${VERSION}-${platform}`;
    const archive = await download(`${RELEASES}/v${VERSION}/${name}.tar.gz`, report);
    const actual = new Bun.CryptoHasher("sha256").update(archive).digest("hex");
    if (actual !== sha256)
      throw new Error(`${name}.tar.gz has the SHA-256 ${actual}, expected is ${sha256}`);

    await new Bun.Archive(archive).extract(scratch);
    return keep(join(scratch, name, "nats-server"), "nats-server", VERSION);
  });
}

/** The body of a URL, with its progress; gives up when the other side is silent for too long. */
export async function download(
  url: string,
  report: Reporter,
  patience: { readonly answerMs: number; readonly silenceMs: number } = PATIENCE,
): Promise<Uint8Array> {
  const silence = new AbortController();
  const giveUpAfter = (ms: number) =>
    setTimeout(
      () => silence.abort(new Error(`no answer from ${new URL(url).host} for ${ms} ms`)),
      ms,
    );
  let timer = giveUpAfter(patience.answerMs);
  try {
    const response = await fetch(url, { signal: silence.signal });
    if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`);
    const totalBytes = Number(response.headers.get("content-length") ?? 0);
    const chunks: Uint8Array[] = [];
    let doneBytes = 0;
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = giveUpAfter(patience.silenceMs);
      chunks.push(chunk);
      doneBytes += chunk.byteLength;
      if (doneBytes > ARCHIVE_MAX_BYTES)
        throw new Error(`${url} is larger than ${ARCHIVE_MAX_BYTES} bytes`);
      report.onProgress({
        what: `nats-server ${VERSION}`,
        doneBytes,
        ...(totalBytes && { totalBytes }),
      });
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
  }
}
