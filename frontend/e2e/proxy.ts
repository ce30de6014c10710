import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy before the system that keeps every event stream back until it ends, as careless ones do. */
export async function withBufferingProxy<T>(target: string, use: (url: string) => Promise<T>): Promise<T> {
  const proxy = createServer((asked, answer) => {
    const isStream = asked.url?.endsWith("/events/") ?? false;
    const onward = request(new URL(asked.url ?? "/", target), { method: asked.method, headers: asked.headers }, (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers);
      answer.flushHeaders();
      if (isStream) found.resume();
      else found.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  }).listen(0, "127.0.0.1");
  await new Promise((done) => proxy.once("listening", done));
  try {
    return await use(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
}
