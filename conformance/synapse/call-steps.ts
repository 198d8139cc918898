import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { Finding } from "../run/verdict.js";
import { decodeMessage } from "../wire/decode.js";
import { toHex } from "../wire/value.js";
import { encodeMessage } from "../wire/writer.js";
import type { DataObject } from "./case-file.js";
import { differ } from "./match.js";
import { describeDetail } from "./read-value.js";
import { mustText, object, text } from "./read-step.js";
import { fromHex, resolveObject } from "./resolve.js";
import type { Stage } from "./stage.js";
import { readTrailer } from "./link.js";

const service = "/cosmonapse.v1.SynapseService/";

/** `call`: an operator calls the Synapse, and is answered so, or refused with that code. */
export async function call(stage: Stage, step: DataObject): Promise<void> {
  const { schema } = stage.place;
  const method = mustText(step, "method");
  const message = `cosmonapse.v1.${method}Request`;
  const own = schema.fields(message).some(({ name }) => name === "namespace") ? { namespace: stage.namespace } : {};
  const request = encodeMessage(schema, message, { ...own, ...resolveObject(object(step, "request"), stage.names) });
  const refused = text(step, "refused");
  const answer = await ask(stage, step, { path: `${service}${method}`, request }).catch((thrown: ServiceError) => {
    const detail = readTrailer(schema, thrown.metadata);
    const got = `${status[thrown.code] ?? ""} ${describeDetail(detail)}`;
    if (refused === undefined) throw new Finding("failed", `${method} was to be answered, and it ended with ${got}`);
    if (detail["code"] !== refused) {
      throw new Finding("wrong-reason", `${method} was to be refused with ${refused}, and it was with ${got}`);
    }
    return undefined;
  });
  if (answer === undefined) return;
  if (refused !== undefined)
    throw new Finding("failed", `${method} was to be refused with ${refused}, and was answered`);
  const response = decodeMessage(schema, `cosmonapse.v1.${method}Response`, answer);
  const found = differ({ response: object(step, "response") }, { response }, stage.names);
  if (found !== undefined) throw new Finding("failed", `${method}: ${found}`);
}

/** Ends what is left in the namespace of a case. False if the Synapse does not: then nobody else may have it. */
export async function clear(stage: Stage): Promise<boolean> {
  const message = "cosmonapse.v1.StopNamespaceRequest";
  const words = { namespace: stage.namespace, reason: "the case is over", end_sessions: true };
  const request = encodeMessage(stage.place.schema, message, words);
  return ask(stage, {}, { path: `${service}StopNamespace`, request }).then(
    () => true,
    () => false,
  );
}

/** `asks`: a call of another service, as bytes; its answer is that, or holds that text. */
export async function asks(stage: Stage, step: DataObject): Promise<void> {
  const path = mustText(step, "path");
  const answer = await ask(stage, step, { path, request: fromHex(text(step, "hex") ?? "") }).catch(
    (thrown: ServiceError) => {
      throw new Finding("failed", `${path} was to be answered, and it ended with ${status[thrown.code] ?? ""}`);
    },
  );
  const [whole, part] = [text(step, "is"), text(step, "holds") ?? ""];
  const isRight = whole === undefined ? Buffer.from(answer).includes(part) : toHex(answer) === whole;
  if (!isRight) throw new Finding("failed", `${path} was to answer ${whole ?? part}, and it was ${toHex(answer)}`);
}

function ask(
  { place }: Stage,
  step: DataObject,
  { path, request }: { readonly path: string; readonly request: Uint8Array },
): Promise<Uint8Array> {
  const token = text(step, "token") ?? place.token ?? "";
  const metadata = new Metadata();
  if (token !== "") metadata.set("authorization", `Bearer ${token}`);
  const client = new Client(place.address, credentials.createInsecure());
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise<Uint8Array>((resolve, reject) => {
    client.makeUnaryRequest(path, same, same, Buffer.from(request), metadata, (error, answer) => {
      client.close();
      if (error === null) resolve(new Uint8Array(answer ?? Buffer.alloc(0)));
      else reject(error);
    });
  });
}
