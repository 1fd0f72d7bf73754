import type { AdmissionLimits } from "../../http/admission.ts";
import { sharedMongoDB } from "./hooks.ts";
import { startProxy, type Proxy } from "./tcp-proxy.ts";
import { startService, type TestService } from "./test-service.ts";

/** A service, and the proxy between the service and MongoDB. */
export interface BehindProxy {
  readonly proxy: Proxy;
  readonly service: TestService;
  close(): Promise<void>;
}

/**
 * Starts a service and its proxy.
 * @param admission as in {@link startService}
 */
export async function startBehindProxy(admission?: Partial<AdmissionLimits>): Promise<BehindProxy> {
  const uri = new URL((await sharedMongoDB()).uri);
  const proxy = await startProxy(uri.hostname, Number(uri.port || 27017));
  uri.host = `127.0.0.1:${proxy.port}`;
  const service = await startService(uri.href, admission);
  return {
    proxy,
    service,
    async close() {
      await service.close();
      await proxy.close();
    },
  };
}
