import type { Server, ServerDuplexStream, handleUnaryCall } from "@grpc/grpc-js";
import { delimited, join } from "../wire/writer.js";

const serving = Buffer.from("0801", "hex");
const names = ["cosmonapse.v1.SynapseService", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"];
const same = (bytes: Buffer): Buffer => bytes;
const codec = { requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
const [listServices, serviceList] = [0x3a, 6];

/** The services `grpc.health.v1.Health` and server reflection, as far as they say what is there. (COS-GRPC-020) */
export function addHealthAndReflection(server: Server): void {
  const check: handleUnaryCall<Buffer, Buffer> = (_, answer) => answer(null, serving);
  const checkPath = "/grpc.health.v1.Health/Check";
  server.addService({ check: { path: checkPath, requestStream: false, responseStream: false, ...codec } }, { check });
  const path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  const reflect = (call: ServerDuplexStream<Buffer, Buffer>): void => {
    call.on("data", (request: Buffer) =>
      call.write(request.includes(listServices) ? listing(request) : Buffer.alloc(0)),
    );
    call.on("end", () => call.end());
    call.on("error", () => undefined);
  };
  server.addService({ reflect: { path, requestStream: true, responseStream: true, ...codec } }, { reflect });
}

function listing(request: Buffer): Buffer {
  const services = names.map((name) => delimited(1, delimited(1, Buffer.from(name))));
  return Buffer.from(join(delimited(2, request), delimited(serviceList, join(...services))));
}
