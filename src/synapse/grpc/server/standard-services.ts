import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import type { Server } from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";
import { HealthImplementation, service as health } from "grpc-health-check";
import { SERVICE_NAME } from "../link/service.js";

/** The services that every gRPC client looks for: `grpc.health.v1.Health` and server reflection (COS-GRPC-020). */
export class StandardServices {
  readonly #health = new HealthImplementation({ "": "SERVING", [SERVICE_NAME]: "SERVING" });

  constructor(server: Server) {
    this.#health.addToServer(server);
    const standard = health["Check"]?.requestType.fileDescriptorProtos ?? [];
    const fileDescriptorProtos = [...readDescriptors(), ...standard];
    // The library wants a kind of definition; it reads the files only.
    const files = { format: "Protocol Buffer 3 EnumDescriptorProto", type: {}, fileDescriptorProtos } as const;
    new ReflectionService({ files }).addToServer(server);
  }

  /** From now on the Synapse says that it takes no more. */
  stopServing(): void {
    for (const service of ["", SERVICE_NAME]) this.#health.setStatus(service, "NOT_SERVING");
  }
}

/** The files of the schema, each encoded: the members of a `FileDescriptorSet`. */
function readDescriptors(): Buffer[] {
  const reader = new BinaryReader(readFileSync(createRequire(import.meta.url).resolve("#descriptors")));
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    reader.tag();
    files.push(Buffer.from(reader.bytes()));
  }
  return files;
}
