"""A client of the store that shares nothing with Varve but the .proto files: Google's protoc and its
Python runtime for messages in binary and JSON, and http.client for the Connect protocol.

usage: store_witness.py HOST PORT PROTO_DIRECTORY

It expects an empty store on a data directory. It says what it checked, and fails at the first difference.
"""

import base64
import gzip
import http.client
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import urllib.parse

HOST, PORT, PROTOS = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])

GENERATED = tempfile.TemporaryDirectory()
subprocess.run(
    ["/usr/bin/protoc", f"--proto_path={PROTOS}", f"--python_out={GENERATED.name}"]
    + sorted(path.name for path in PROTOS.glob("*.proto")), check=True)
sys.path.insert(0, GENERATED.name)

from google.protobuf import json_format  # noqa: E402
from google.protobuf.message import DecodeError  # noqa: E402
import common_kv_pb2 as kv  # noqa: E402
import google_rpc_pb2 as rpc  # noqa: E402
import log_ingest_pb2 as ingest  # noqa: E402
import log_retention_pb2 as retention  # noqa: E402
import log_stream_pb2 as stream  # noqa: E402
import store_prune_pb2 as prune  # noqa: E402
import store_query_pb2 as query  # noqa: E402

INGEST = "/log.ingest.v1.Service/"
QUERY = "/store.query.v1.Service/"
STREAM = "/log.stream.v1.Service/"


class Refused(Exception):
    """An error of the Connect protocol, its details decoded by their type names."""

    def __init__(self, status, error):
        super().__init__(f"{status} {error}")
        self.status = status
        self.code = error["code"]
        self.details = {}
        types = [detail["type"] for detail in error.get("details", [])]
        for detail in error.get("details", []):
            name = detail["type"].removeprefix("type.googleapis.com/")
            # Each detail comes under both names.
            assert name in types and "type.googleapis.com/" + name in types, types
            assert "=" not in detail["value"], detail
            if name.startswith("google.rpc."):
                message = getattr(rpc, name.rsplit(".", 1)[1])()
                padding = "=" * (-len(detail["value"]) % 4)
                message.ParseFromString(base64.b64decode(detail["value"] + padding))
                self.details[name.rsplit(".", 1)[1]] = message

    @property
    def reason(self):
        return self.details["ErrorInfo"].reason


class Client:
    """Calls methods with messages in one encoding."""

    def __init__(self, encoding):
        self.encoding = encoding

    def dump(self, message):
        if self.encoding == "proto":
            return message.SerializeToString()
        return json_format.MessageToJson(message).encode()

    def load(self, content, kind):
        message = kind()
        if self.encoding == "proto":
            message.ParseFromString(content)
        else:
            json_format.Parse(content, message)
        return message

    def unary(self, path, message, kind, headers={}, pack=lambda content: content):
        connection = http.client.HTTPConnection(HOST, PORT, timeout=60)
        kinds = {"Content-Type": f"application/{self.encoding}", "Connect-Protocol-Version": "1"}
        connection.request("POST", path, pack(self.dump(message)), kinds | headers)
        return self.answer(connection.getresponse(), kind)

    def get(self, path, message, kind):
        content = base64.urlsafe_b64encode(self.dump(message)).rstrip(b"=").decode()
        parameters = urllib.parse.urlencode(
            {"connect": "v1", "encoding": self.encoding, "base64": "1", "message": content})
        connection = http.client.HTTPConnection(HOST, PORT, timeout=60)
        connection.request("GET", f"{path}?{parameters}")
        return self.answer(connection.getresponse(), kind)

    def answer(self, response, kind):
        content = response.read()
        if response.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        if response.status != 200:
            assert response.headers["Content-Type"] == "application/json", response.headers
            raise Refused(response.status, json.loads(content))
        assert response.headers["Content-Type"] == f"application/{self.encoding}"
        return self.load(content, kind)

    def frames(self, path, message, kind, headers={}):
        """The messages of a stream, as they come."""
        content = self.dump(message)
        connection = http.client.HTTPConnection(HOST, PORT, timeout=60)
        kinds = {"Content-Type": f"application/connect+{self.encoding}"}
        connection.request("POST", path, struct.pack(">BI", 0, len(content)) + content, kinds | headers)
        response = connection.getresponse()
        assert response.status == 200, response.status
        assert response.headers["Content-Type"] == f"application/connect+{self.encoding}"
        try:
            while True:
                flags, count = struct.unpack(">BI", response.read(5))
                content = response.read(count)
                if flags & 1:
                    assert response.headers["Connect-Content-Encoding"] == "gzip"
                    content = gzip.decompress(content)
                if flags & 2:
                    end = json.loads(content)
                    assert response.read() == b"", "bytes behind the end"
                    if "error" in end:
                        raise Refused(200, end["error"])
                    return
                yield self.load(content, kind)
        finally:
            connection.close()

    def put(self, *pairs):
        request = ingest.PutRequest(kvs=[kv.Entry(key=key, value=value) for key, value in pairs])
        return self.unary(INGEST + "Put", request, ingest.PutResponse).sequence_number

    def range(self, **fields):
        request = query.RangeRequest(**({"batch_size": 100} | fields))
        return list(self.frames(QUERY + "Range", request, query.RangeFrame))


PROTO, JSON = Client("proto"), Client("json")


def expect(found, wanted, what):
    if found != wanted:
        sys.exit(f"{what}: expected {wanted!r}, found {found!r}")


def refusal(call, status, code, reason):
    try:
        call()
    except Refused as error:
        expect((error.status, error.code, error.reason), (status, code, reason), "a refusal")
        return error
    sys.exit(f"expected {code} {reason}, found no error")


def writing_and_reading():
    expect(PROTO.put((b"a", b"1"), (b"b", b""), (b"", b"\x00\xff"), (b"a", b"2")), 1, "first put")
    expect(JSON.put((b"c", b"\x00\x01\xfe")), 2, "second put")
    for client in (PROTO, JSON):
        for call in (client.unary, client.get):
            found = call(QUERY + "Get", query.GetRequest(key=b"a"), query.GetResponse)
            expect((found.value, found.detail.sequence_number), (b"2", 2), "get")
        absent = client.unary(QUERY + "Get", query.GetRequest(key=b"x"), query.GetResponse)
        expect(absent.HasField("value"), False, "an absent key")
        empty = client.unary(QUERY + "Get", query.GetRequest(key=b"b"), query.GetResponse)
        expect((empty.HasField("value"), empty.value), (True, b""), "an empty value")
        seen = query.GetRequest(key=b"c", min_sequence_number=2)
        expect(client.unary(QUERY + "Get", seen, query.GetResponse).value, b"\x00\x01\xfe", "get")
        many = query.GetManyRequest(keys=[b"c", b"x", b"c"], batch_size=2)
        frames = list(client.frames(QUERY + "GetMany", many, query.GetManyFrame))
        expect([len(frame.results) for frame in frames], [2, 1], "frames of getMany")
        results = [entry for frame in frames for entry in frame.results]
        expect([entry.key for entry in results], [b"c", b"x", b"c"], "keys of getMany")
        expect([entry.HasField("value") for entry in results], [True, False, True], "getMany")


def compression():
    text = b"compressible " * 1000
    request = ingest.PutRequest(kvs=[kv.Entry(key=b"big", value=text)])
    for client in (PROTO, JSON):
        client.unary(
            INGEST + "Put", request, ingest.PutResponse, {"Content-Encoding": "gzip"}, gzip.compress)
        found = client.unary(
            QUERY + "Get", query.GetRequest(key=b"big"), query.GetResponse,
            {"Accept-Encoding": "gzip"})
        expect(found.value, text, "a compressed value")
        asked = query.GetManyRequest(keys=[b"big"], batch_size=1)
        frames = list(client.frames(
            QUERY + "GetMany", asked, query.GetManyFrame, {"Connect-Accept-Encoding": "gzip"}))
        expect(frames[0].results[0].value, text, "a compressed frame")


def ranges():
    PROTO.put(*[(b"r/%03d" % number, b"%d" % number) for number in range(10)])
    for client in (PROTO, JSON):
        def keys(**fields):
            frames = client.range(**({"start": b"r/", "end": b"r/999"} | fields))
            return [entry.key for frame in frames for entry in frame.results]

        everything = [b"r/%03d" % number for number in range(10)]
        expect(keys(), everything, "a range")
        expect(keys(mode=query.TRAVERSAL_MODE_REVERSE), everything[::-1], "a range in reverse")
        expect(keys(limit=3), everything[:3], "a limit")
        expect(keys(limit=0), [], "a limit of none")
        expect(keys(start=b"r/004", end=b"r/006"), everything[4:7], "both ends")
        expect(keys(start=b"s", end=b"r"), [], "the start behind the end")
        expect(keys(end=b"", start=b"r/009"), [b"r/009"], "no end")
        frames = client.range(start=b"x", end=b"y")
        expect([len(frame.results) for frame in frames], [0], "one empty frame")
        expect(frames[0].HasField("detail"), True, "the detail of the empty frame")
        frames = client.range(start=b"r/", end=b"r/999", batch_size=4)
        expect([len(frame.results) for frame in frames], [4, 4, 2], "frames of a range")


def reductions():
    count = query.ReduceParams(
        reducers=[query.RangeReducerSpec(op=query.RANGE_REDUCE_OP_COUNT_ALL)])
    for client in (PROTO, JSON):
        asked = query.ReduceRequest(start=b"r/", end=b"r/999", params=count)
        found = client.unary(QUERY + "Reduce", asked, query.ReduceResponse)
        expect(found.results[0].value.uint64_value, 10, "a count")
        refusal(
            lambda: client.unary(QUERY + "Reduce", query.ReduceRequest(), query.ReduceResponse),
            400, "invalid_argument", "INVALID_REDUCE_PARAMS")


def deletion():
    asked = ingest.DeleteRequest(keys=[b"r/000", b"absent"])
    for client in (PROTO, JSON):
        sequence = client.unary(INGEST + "Delete", asked, ingest.DeleteResponse).sequence_number
        batch = client.unary(
            STREAM + "Get", stream.GetRequest(sequence_number=sequence), stream.GetResponse)
        expect((batch.sequence_number, batch.is_deletion), (sequence, True), "a deletion")
        expect([entry.key for entry in batch.entries], [b"r/000", b"absent"], "its keys")
        gone = client.unary(QUERY + "Get", query.GetRequest(key=b"r/000"), query.GetResponse)
        expect(gone.HasField("value"), False, "a deleted key")


def subscriptions():
    for client in (PROTO, JSON):
        now = client.unary(QUERY + "Get", query.GetRequest(), query.GetResponse)
        last = now.detail.sequence_number
        everything = stream.SubscribeRequest(
            selectors=[kv.Selector()], since_sequence_number=1)
        batches = client.frames(STREAM + "Subscribe", everything, stream.SubscribeResponse)
        for sequence in range(1, last + 1):
            expect(next(batches).sequence_number, sequence, "a batch that was there")
        first = stream.SubscribeRequest(
            selectors=[kv.Selector(prefix=b"user/", payload_regex="^[0-9]+$")],
            value_filters=[kv.Filter(prefix=b"A"), kv.Filter(regex="b$")],
            since_sequence_number=last + 1)
        chosen = client.frames(STREAM + "Subscribe", first, stream.SubscribeResponse)
        client.put((b"user/1", b"Ada"), (b"user/x", b"Ada"), (b"user/2", b"Bob"), (b"u", b"A"))
        frame = next(chosen)
        expect(frame.sequence_number, last + 1, "a live batch")
        expect([entry.key for entry in frame.entries], [b"user/1", b"user/2"], "what is chosen")
        live = next(batches)
        expect((live.sequence_number, len(live.entries)), (last + 1, 4), "the same, whole")
        batches.close()
        chosen.close()
        refusal(
            lambda: list(client.frames(
                STREAM + "Subscribe", stream.SubscribeRequest(
                    selectors=[kv.Selector(payload_regex="(")]), stream.SubscribeResponse)),
            200, "invalid_argument", "INVALID_PATTERN")


def errors():
    long = b"k" * 255
    for client in (PROTO, JSON):
        error = refusal(
            lambda: client.put((b"a", b""), (long, b"")),
            400, "invalid_argument", "INVALID_KEY_LENGTH")
        field = error.details["BadRequest"].field_violations[0].field
        expect(field, "kvs[1].key", "the wrong field")
        expect(error.details["ErrorInfo"].domain, "log.ingest", "the domain")
        refusal(client.put, 400, "invalid_argument", "INVALID_BATCH")
        ahead = query.GetRequest(key=b"a", min_sequence_number=10**6)
        error = refusal(
            lambda: client.unary(QUERY + "Get", ahead, query.GetResponse),
            409, "aborted", "CONSISTENCY_NOT_READY")
        expect(error.details["RetryInfo"].retry_delay.seconds, 1, "when to try again")
        required = error.details["ErrorInfo"].metadata["required_sequence_number"]
        expect(required, "1000000", "what was asked for")
        refusal(
            lambda: client.range(batch_size=0), 200, "invalid_argument", "INVALID_BATCH_SIZE")
        refusal(
            lambda: client.range(min_sequence_number=10**6),
            200, "aborted", "CONSISTENCY_NOT_READY")
        refusal(
            lambda: client.unary(
                STREAM + "Get", stream.GetRequest(sequence_number=10**6), stream.GetResponse),
            404, "not_found", "BATCH_NOT_FOUND")


def raw(path, content, kind):
    """The answer to bytes that this runtime would not write."""
    return PROTO.unary(path, kind(), kind, pack=lambda _: content)


# Bytes that change no message: an unknown field of every layout, groups, and known fields in others
# than their own layout.
IGNORED = [
    bytes.fromhex(text) for text in (
        "", "f80105", "fa010161", "fd0101020304", "f9010102030405060708", "fb01080113120161140a00fc01",
        "fb01fc01", "0805", "0d01020304", "090102030405060708", "0b0a01610c")
]


def wire():
    """What protobuf allows and its own writers never do, as Google's parser reads it."""
    def varint(value, padding=0):
        content = bytearray()
        while value > 0x7F or padding:
            content.append(value & 0x7F | 0x80)
            value >>= 7
            padding -= padding > 0
        return bytes(content) + bytes([value])

    def field(number, content, padding=0):
        return varint(number << 3 | 2) + varint(len(content), padding) + content

    source = random.Random(1)
    for _ in range(100):
        content = b""
        for _ in range(source.randint(1, 3)):
            pair = b""
            for _ in range(source.randint(0, 4)):
                pair += source.choice(IGNORED)
                pair += field(source.randint(1, 2), source.randbytes(3), source.randint(0, 2))
            content += source.choice(IGNORED) + field(1, pair)
        content += source.choice(IGNORED)
        expected = [(entry.key, entry.value) for entry in ingest.PutRequest.FromString(content).kvs]
        put = raw(INGEST + "Put", content, ingest.PutResponse)
        batch = PROTO.unary(
            STREAM + "Get", stream.GetRequest(sequence_number=put.sequence_number), stream.GetResponse)
        expect([(entry.key, entry.value) for entry in batch.entries], expected, content.hex())
    reduce = (query.ReduceRequest, QUERY + "Reduce", query.ReduceResponse)
    count = "1a040a020800"
    for (request, path, answer), text in (
            # Numbers cut to 64 and 32 bits, an enumeration's too.
            ((query.GetRequest, QUERY + "Get", query.GetResponse), "0a017510ffffffffffffffffff7e1001"),
            (reduce, "1a080a06088080808010"),
            # A message in pieces, within a oneof too; what is set last takes the place of another.
            (reduce, count + "1a021a00" + count),
            (reduce, count + "1a1212101a060a04120208011a06120412020802"),
            (reduce, count + "1a0812061204080110021200"), (reduce, count + "1a0a12081204080112000a00")):
        content = bytes.fromhex(text)
        same = request.FromString(content).SerializeToString()
        answers = []
        for sent in (content, same):
            try:
                answers.append(raw(path, sent, answer).SerializeToString())
            except Refused as error:
                answers.append((error.code, error.reason))
        expect(answers[0], answers[1], text)
    for text in (
            "0a", "0a0561", "0a03610061", "0e01", "0f01", "0b", "0b14", "0a03fb0161", "0affffffffffffffffff01",
            "f8ffffffffffffffffffff01", "0a020a05", "8080808080800a00"):
        content = bytes.fromhex(text)
        try:
            ingest.PutRequest.FromString(content)
            raise AssertionError(f"this runtime takes {text}")
        except DecodeError:
            pass
        try:
            raw(INGEST + "Put", content, ingest.PutResponse)
            raise AssertionError(f"{text} was taken")
        except Refused as error:
            expect((error.status, error.code), (400, "invalid_argument"), text)


def policies():
    before = PROTO.unary(QUERY + "Get", query.GetRequest(), query.GetResponse)
    last = before.detail.sequence_number
    policy = retention.RetentionPolicy(keep_latest=retention.RetentionKeepLatest(count=2))
    for client in (PROTO, JSON):
        kept = client.unary(
            "/log.retention.v1.Service/SetRetention",
            retention.SetRetentionRequest(policy=policy), retention.SetRetentionResponse)
        expect(kept.oldest_retained_sequence, last - 1, "the oldest batch that is kept")
        error = refusal(
            lambda: client.unary(
                STREAM + "Get", stream.GetRequest(sequence_number=1), stream.GetResponse),
            400, "out_of_range", "BATCH_EVICTED")
        oldest = error.details["ErrorInfo"].metadata["oldest_retained"]
        expect(oldest, str(last - 1), "where the log begins")
        request = json_format.Parse(
            json.dumps({"policies": [{
                "keys": {"selector": {
                    "prefix": base64.b64encode(b"r/").decode(), "payloadRegex": "^(?P<n>.*)$"},
                    "orderBy": {"captureGroup": "n"}},
                "retain": {"keepLatest": {"count": "3"}}}]}), prune.PruneRequest())
        client.unary("/store.prune.v1.Service/Prune", request, prune.PruneResponse)
        rest = [entry.key for frame in client.range(start=b"r/", end=b"r/999") for entry in frame.results]
        expect(rest, [b"r/007", b"r/008", b"r/009"], "what a prune leaves")


for check in (
    writing_and_reading, compression, ranges, reductions, deletion, subscriptions, errors, wire,
    policies
):
    check()
    print(check.__name__.replace("_", " "))
