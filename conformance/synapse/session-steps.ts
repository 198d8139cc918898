import { connect } from "node:net";
import { Finding } from "../run/verdict.js";
import type { Data, DataObject } from "./case-file.js";
import { differ } from "./match.js";
import type { Peer } from "./peer.js";
import type { ValueObject } from "../wire/value.js";
import { describeDetail, objectOf, textOf, toCount } from "./read-value.js";
import { mustText, namesIn, object, text } from "./read-step.js";
import { fromHex, isData, resolveObject } from "./resolve.js";
import type { Stage } from "./stage.js";

/** `join`: a peer says hello and is welcomed. */
export async function join(stage: Stage, given: Data): Promise<void> {
  if (typeof given === "string") return void (await stage.join(given));
  const step = isData(given) ? given : {};
  const peer = stage.open(mustText(step, "as"), text(step, "token"));
  peer.acknowledges = step["acks"] !== false;
  await peer.hello(stage.hello(peer.name, object(step, "hello")));
  checkWelcome(stage, peer, object(step, "welcome"));
}

function checkWelcome(stage: Stage, peer: Peer, pattern: DataObject): void {
  const found = differ({ welcome: pattern }, { welcome: peer.welcome }, stage.names);
  if (found !== undefined) throw new Finding("failed", `${peer.name}: ${found}`);
}

/** `rejected`: a link whose first frame is wrong ends with that error. */
export async function rejected(stage: Stage, step: DataObject): Promise<void> {
  const peer = stage.open("rejected", text(step, "token"));
  const hex = text(step, "hex");
  if (hex !== undefined) peer.link.sendBytes(fromHex(hex));
  else if (step["frame"] !== undefined) peer.link.send(resolveObject(object(step, "frame"), stage.names));
  else peer.link.send({ hello: stage.hello("rejected", object(step, "hello")) });
  const welcome = peer.frames
    .take(() => true)
    .then((frame) => {
      throw new Finding(
        "failed",
        textOf(frame["broken"]) ||
          `the link was to end with ${mustText(step, "code")}, and ${Object.keys(frame).join()} came`,
      );
    });
  await Promise.race([endedWith(stage, peer, step), welcome]);
}

/** `ended`: the link of a peer ends so. */
export async function ended(stage: Stage, step: DataObject): Promise<void> {
  await endedWith(stage, stage.peer(mustText(step, "at")), step);
}

async function endedWith(stage: Stage, peer: Peer, step: DataObject): Promise<void> {
  const { status, detail: trailer } = await peer.ended();
  // The Synapse may say why in a Goodbye, and end the stream without an error.
  const goodbye = peer.frames.takeNow((frame) => frame["goodbye"] !== undefined);
  const detail = trailer["code"] === undefined ? objectOf(objectOf(goodbye?.["goodbye"])["detail"]) : trailer;
  const [code, wanted] = [text(step, "code"), text(step, "status")];
  const got = `${status} ${describeDetail(detail)}`;
  if (code !== undefined && detail["code"] !== code) {
    throw new Finding("wrong-reason", `${peer.name}: the link was to end with ${code}, and it ended with ${got}`);
  }
  if (wanted !== undefined && status !== wanted) {
    throw new Finding("wrong-reason", `${peer.name}: the link was to end with ${wanted}, and it ended with ${got}`);
  }
  const found = differ({ detail: object(step, "detail") }, { detail }, stage.names);
  if (found !== undefined) throw new Finding("failed", `${peer.name}: ${found}`);
}

/** `cut`: the link breaks; the session is not told. */
export async function cut(stage: Stage, given: Data): Promise<void> {
  for (const name of namesIn(given)) {
    stage.peer(name).link.cut();
    await stage.peer(name).ended();
  }
}

/** `resume`: another link takes the session up again, unless its hello is told to say otherwise. */
export async function resume(stage: Stage, step: DataObject): Promise<void> {
  const peer = stage.peer(mustText(step, "as"));
  const { session_id: session, session_secret: secret } = peer.welcome;
  peer.reopen();
  const own = session === undefined || secret === undefined ? {} : { session_id: session, session_secret: secret };
  const welcome = await peer.hello({
    ...stage.hello(peer.dendriteId, {}),
    ...own,
    ...stage.readHello(object(step, "hello")),
  });
  if (welcome["resumed"] !== true) peer.beginAnew();
  if (step["supersedes"] === true) await peer.superseded();
  checkWelcome(stage, peer, object(step, "welcome"));
}

/** `acknowledge`: a peer that acknowledged nothing begins to. */
export function acknowledge(stage: Stage, given: Data): Promise<void> {
  for (const name of namesIn(given)) {
    const peer = stage.peer(name);
    peer.acknowledges = true;
    peer.link.send({ ack: { received: BigInt(peer.seen) } });
    peer.acknowledged(peer.seen);
  }
  return Promise.resolve();
}

/** `leave`: a Goodbye, and the link is over. */
export async function leave(stage: Stage, given: Data): Promise<void> {
  for (const name of namesIn(given)) {
    const peer = stage.peer(name);
    peer.link.send({ goodbye: {} });
    await peer.ended();
  }
}

/** `frame`: a frame, right or wrong, or bytes as they are. `numbered` names the part that gets the next number. */
export async function sendFrame(stage: Stage, step: DataObject): Promise<void> {
  const peer = stage.peer(mustText(step, "by"));
  const hex = text(step, "hex");
  if (hex !== undefined) return peer.link.sendBytes(fromHex(hex));
  const sent = resolveObject(object(step, "send"), stage.names);
  const numbered = text(step, "numbered");
  if (sent["ack"] !== undefined) peer.acknowledged(toCount(objectOf(sent["ack"])["received"]));
  if (numbered === undefined) return peer.link.send(sent);
  const part = sent[numbered];
  const number = BigInt(peer.takeNumber());
  return peer.link.send({ ...sent, [numbered]: { ...objectOf(part), number } });
}

/** `heard`: the next frame of that kind, Deliver and Receipts aside, is so. */
export async function heard(stage: Stage, step: DataObject): Promise<void> {
  const peer = stage.peer(mustText(step, "at"));
  const pattern = object(step, "frame");
  const [kind = ""] = Object.keys(pattern);
  const isKind = (one: ValueObject): boolean => one[kind] !== undefined;
  const there = peer.frames.takeNow(isKind);
  if (there === undefined && step["already"] === true) {
    throw new Finding("failed", `${peer.name}: ${kind} was to have come by now`);
  }
  const got = there ?? (await peer.orEnd(peer.frames.take(isKind), kind));
  const found = differ(pattern, got, stage.names);
  if (found !== undefined) throw new Finding("failed", `${peer.name}: ${found}`);
}

/** `tcp`: a stranger connects, says something that is no gRPC, and is gone. */
export async function tcp(stage: Stage, step: DataObject): Promise<void> {
  const [host = "", port = ""] = stage.place.address.split(/:(?=\d+$)/);
  const socket = connect(Number(port), host);
  const hex = text(step, "hex");
  const bytes = hex === undefined ? Buffer.from(text(step, "text") ?? "", "latin1") : fromHex(hex);
  await new Promise<void>((resolve) => {
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    socket.on("data", () => undefined);
    // Whether it is hung up on or not, it is gone once all of it was sent.
    socket.once("connect", () => socket.end(bytes, () => socket.destroySoon()));
  });
}
