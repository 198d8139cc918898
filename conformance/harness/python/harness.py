"""The harness of a codec made by protoc for Python. It obeys, and knows of no case."""
import base64
import json
import sys

from google.protobuf import __version__, symbol_database
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass
import cosmonapse.v1.signal_pb2
import cosmonapse.v1.synapse_service_pb2

POOL = symbol_database.Default().pool
HELLO = {
    "control": "1",
    "name": "protobuf-python",
    "version": __version__,
    "language": "Python",
    "roles": ["codec"],
    "features": ["utf8"],
}


def transcode(message, data):
    parsed = GetMessageClass(POOL.FindMessageTypeByName(message)).FromString(base64.b64decode(data))
    return base64.b64encode(parsed.SerializeToString()).decode()


def answer(command):
    if "hello" in command:
        return {"hello": HELLO}
    if "stop" in command:
        return {"done": {}}
    if "transcode" not in command:
        return {"unsupported": {"reason": "this is a codec, and nothing else"}}
    try:
        return {"transcoded": {"bytes": transcode(command["transcode"]["message"], command["transcode"]["bytes"])}}
    except DecodeError as error:
        return {"refusal": {"code": "MALFORMED", "message": str(error)}}


for line in sys.stdin:
    command = json.loads(line)
    try:
        reply = answer(command)
    except Exception as error:  # Whatever it is, it is the harness that broke.
        reply = {"harnessError": {"message": repr(error)}}
    print(json.dumps({"seq": command["seq"], **reply}), flush=True)
    if "stop" in command:
        break
