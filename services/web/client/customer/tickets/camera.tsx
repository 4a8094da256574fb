import { useEffect, useEffectEvent, useRef, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Notice } from "../../kit/notice.tsx";

/** What browsers that read codes offer; not in every one. */
interface CodeDetector {
  detect(image: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

type CodeDetectorClass = new (options: { readonly formats: readonly string[] }) => CodeDetector;

const LOOK_EVERY_MS = 250;
/** The same code in front of the camera is one guest for that long. */
const SAME_FOR_MS = 5_000;

const detectorClass = (): CodeDetectorClass | undefined =>
  (globalThis as { readonly BarcodeDetector?: CodeDetectorClass }).BarcodeDetector;

/** Whether this browser can read codes with a camera at all. */
export const canReadCodes = () =>
  detectorClass() !== undefined && globalThis.navigator?.mediaDevices !== undefined;

/** Reads codes with the camera, as long as it is wanted. */
export function Camera({ onCode }: { readonly onCode: (text: string) => void }) {
  const [wanted, setWanted] = useState(false);
  return (
    <div className="stack">
      <p>
        <Button onClick={() => setWanted(!wanted)}>
          {wanted ? "Stop the camera" : "Use the camera"}
        </Button>
      </p>
      {wanted && <Viewfinder onCode={onCode} />}
    </div>
  );
}

function Viewfinder({ onCode }: { readonly onCode: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [refused, setRefused] = useState(false);
  const found = useEffectEvent(onCode);
  useEffect(() => {
    const ended = new AbortController();
    watch(video.current, ended.signal, found).catch((error: unknown) => {
      console.debug("the camera cannot be used", error);
      if (!ended.signal.aborted) setRefused(true);
    });
    return () => ended.abort();
  }, []);
  if (refused)
    return (
      <Notice tone="warn" icon="alert" role="status" title="The camera cannot be used">
        <p>
          Allow it for this page in the browser, or read the code with a scanner into the field.
        </p>
      </Notice>
    );
  return <video ref={video} className="viewfinder" muted playsInline aria-label="Camera" />;
}

/** Looks at the camera's picture until it is ended. Throws where the camera or the reader refuses. */
async function watch(
  video: HTMLVideoElement | null,
  signal: AbortSignal,
  found: (text: string) => void,
): Promise<void> {
  const Detector = detectorClass();
  if (!video || !Detector) return;
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment" },
  });
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  signal.addEventListener("abort", stop);
  if (signal.aborted) return stop();
  video.srcObject = stream;
  await video.play();
  const detector = new Detector({ formats: ["qr_code"] });
  let last = { text: "", atMs: 0 };
  while (!signal.aborted) {
    const [code] = await detector.detect(video);
    const isNew = code && (code.rawValue !== last.text || Date.now() - last.atMs > SAME_FOR_MS);
    if (code) last = { text: code.rawValue, atMs: isNew ? Date.now() : last.atMs };
    if (isNew) found(code.rawValue);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
