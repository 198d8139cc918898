"""Asks a Neuron once: python ask.py HOST:PORT NEURON JSON. The frames are in the specification, under COS-GRPC."""
import queue
import secrets
import sys
import time

import grpc
from cosmonapse.v1 import error_pb2, frames_pb2, options_pb2, signal_pb2, synapse_service_pb2, synapse_service_pb2_grpc

ME = "python-asker"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id(prefix):
    """A ULID: 48 bits of time, 80 of chance, in Crockford's base 32."""
    number = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
    return f"{prefix}_" + "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def new_task(neuron, text):
    task = signal_pb2.Signal(id=new_id("evt"), trace_id=new_id("trc"), source=ME, close_trace=True)
    task.exchange = options_pb2.EXCHANGE_REQUEST
    task.directed.id = neuron
    task.created_at.FromMilliseconds(time.time_ns() // 1_000_000)
    task.task.input.data = text.encode()
    return task


def failed(detail):
    name = error_pb2.ErrorCode.Name(detail.code).removeprefix("ERROR_CODE_")
    print(f"[{name}] {detail.message}", file=sys.stderr)
    value = error_pb2.ErrorCode.DESCRIPTOR.values_by_number[detail.code]
    return value.GetOptions().Extensions[options_pb2.error].exit_code


def main(address, neuron, text):
    task, outgoing = new_task(neuron, text), queue.SimpleQueue()
    outgoing.put(dict(hello=frames_pb2.Hello(versions=[1], namespace="demo", dendrite_id=ME)))
    frames = (synapse_service_pb2.ConnectRequest(**frame) for frame in iter(outgoing.get, None))
    with grpc.insecure_channel(address) as channel:
        for frame in synapse_service_pb2_grpc.SynapseServiceStub(channel).Connect(frames):
            if frame.HasField("welcome"):
                outgoing.put(dict(publish=frames_pb2.Publish(first=1, signals=[task.SerializeToString()])))
            for receipt in frame.receipts.receipts:
                if receipt.HasField("rejection"):
                    return failed(receipt.rejection)
            for reply in map(signal_pb2.Signal.FromString, frame.deliver.signals):
                if reply.parent_id != task.id or reply.exchange != options_pb2.EXCHANGE_REPLY:
                    continue
                outgoing.put(dict(goodbye=frames_pb2.Goodbye()))
                if reply.HasField("error"):
                    return failed(reply.error.detail)
                print(reply.agent_output.output.data.decode() or "null")
                return 0


sys.exit(main(*sys.argv[1:]))
