/** A span as a collector is told of it. */
export interface CollectedSpan {
  readonly service: string;
  readonly name: string;
  /** As OTLP numbers them: 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined where it begins its trace. */
  readonly parentSpanId: string | undefined;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Ids of the spans that it is linked to. */
  readonly links: readonly string[];
  readonly failed: boolean;
}

/** A collector that takes OTLP over HTTP and keeps what it is told. */
export interface Collector extends Disposable {
  readonly endpoint: string;
  readonly spans: readonly CollectedSpan[];
  /** Everything that was sent, as it was sent, and with which headers. */
  readonly requests: readonly { readonly body: string; readonly headers: Headers }[];
}

const KIND_ERROR = 2;

export function collector(): Collector {
  const spans: CollectedSpan[] = [];
  const requests: { body: string; headers: Headers }[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (new URL(request.url).pathname !== "/v1/traces") return new Response("", { status: 404 });
      const body = await request.text();
      requests.push({ body, headers: request.headers });
      spans.push(...spansIn(JSON.parse(body)));
      return Response.json({});
    },
  });
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    spans,
    requests,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

interface Value {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}

interface Attribute {
  readonly key: string;
  readonly value: Value;
}

/** The parts of `ExportTraceServiceRequest` that tests look at. */
interface Told {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly ToldSpan[] }[];
  }[];
}

interface ToldSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes?: readonly Attribute[];
  readonly links?: readonly { readonly spanId: string }[];
  readonly status?: { readonly code?: number };
}

function spansIn({ resourceSpans }: Told): readonly CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(valuesOf(resource.attributes)["service.name"]);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => collected(service, span)));
  });
}

function collected(service: string, span: ToldSpan): CollectedSpan {
  const { name, kind, traceId, spanId, parentSpanId, attributes = [], links = [], status } = span;
  return {
    ...{ service, name, kind, traceId, spanId },
    parentSpanId: parentSpanId || undefined,
    attributes: valuesOf(attributes),
    links: links.map((link) => link.spanId),
    failed: status?.code === KIND_ERROR,
  };
}

function valuesOf(attributes: readonly Attribute[]): CollectedSpan["attributes"] {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const { stringValue, intValue, doubleValue, boolValue } = value;
      const number = intValue === undefined ? doubleValue : Number(intValue);
      return [key, stringValue ?? number ?? boolValue ?? ""];
    }),
  );
}
