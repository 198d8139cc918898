"""An Engram in Python, in the memory of a process: what engram.py hosts."""
import base64
import hashlib
import json
import re
import time
import unicodedata
from decimal import Decimal
from types import SimpleNamespace

from google.protobuf.unknown_fields import UnknownFieldSet
from participant import Failure, ulid

ENTRY_BYTES, DEPTH, KEY_BYTES, TAGS, TOP_K, FILTER_DEPTH, ROOM = 1048576, 32, 1024, 64, 1000, 16, 4000000
ID, NAME = re.compile(r"eng_[0-7][0-9A-HJKMNP-TV-Z]{25}"), re.compile(r"[A-Za-z0-9_-]{1,64}")
ADD, APPEND, MERGE, UPSERT, DELETE = range(1, 6)
EQ, NE, GT, GTE, LT, LTE, IN, NIN, EXISTS, PREFIX, CONTAINS = range(1, 12)
ALONE = ("CJK UNIFIED", "CJK COMPATIBILITY IDEO", "HIRAGANA", "KATAKANA LETTER", "THAI", "IDEOGRAPHIC ITERATION")


def number(literal):
    value = float(literal)
    if abs(value) == float("inf") or Decimal(literal) != Decimal(repr(value)):
        raise ValueError(f"{literal[:40]} is no exact double")
    return value


def pairs(members):
    if len({name for name, _ in members}) < len(members):
        raise ValueError("a name stands twice")
    return dict(members)


def constant(name):
    raise ValueError(f"{name} is no JSON")


def parse(data, code):
    try:
        hooks = {"parse_float": number, "parse_int": number, "parse_constant": constant, "object_pairs_hook": pairs}
        value = json.loads(data.decode("utf-8"), **hooks)
        canonical(value)
        return value
    except (ValueError, RecursionError) as error:
        raise Failure(code, f"no I-JSON: {error}")


def digits(value):
    sign, figures, exponent = Decimal(repr(abs(value))).normalize().as_tuple()
    text, point = "".join(map(str, figures)), len(figures) + exponent
    if value == 0:
        return "0"
    if 0 < point <= 21:
        text = text.ljust(point, "0")[:point] + ("." + text[point:] if len(text) > point else "")
    elif -6 < point <= 0:
        text = "0." + "0" * -point + text
    else:
        text = text[0] + ("." + text[1:] if len(text) > 1 else "") + f"e{point - 1:+d}"
    return ("-" if value < 0 else "") + text


def canonical(value, depth=0):
    if isinstance(value, str):
        if re.search("[\0\ud800-\udfff]", value):
            raise ValueError("a string cannot be kept")
        return json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return digits(float(value))
    if depth >= DEPTH:
        raise ValueError("too deep")
    if isinstance(value, list):
        return "[" + ",".join(canonical(one, depth + 1) for one in value) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(f"{canonical(name)}:{canonical(value[name], depth + 1)}" for name in names) + "}"


def tokens(text):
    known = "".join(" " if unicodedata.category(one) in ("Cn", "Cs") else one for one in text)
    words, run = set(), ""
    for one in "".join(each.lower() for each in unicodedata.normalize("NFKC", known)) + " ":
        is_word = unicodedata.category(one)[0] in "LM" or unicodedata.category(one) == "Nd"
        is_alone = is_word and unicodedata.name(one, "").startswith(ALONE)
        if is_word and not is_alone:
            run += one
            continue
        words |= ({run} if run else set()) | ({one} if is_alone else set())
        run = ""
    return words


def leaves(value):
    if isinstance(value, str):
        return [tokens(value)]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [leaf for one in inner for leaf in leaves(one)]


def check_text(text, code):
    if text == "" or re.search("[\0\ud800-\udfff]", text) or len(text.encode("utf-8", "replace")) > KEY_BYTES:
        raise Failure(code, "a key or a tag is empty, too long, or cannot be kept")
    return text


def check_tags(tags, code):
    kept = sorted({check_text(tag, code) for tag in tags})
    if len(kept) > TAGS:
        raise Failure(code, "too many tags")
    return kept


def patch(target, change, unite):
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in change.items():
        if value is None:
            merged = merged if unite else {key: one for key, one in merged.items() if key != name}
        elif isinstance(value, dict):
            merged[name] = patch(merged.get(name), value, unite)
        elif unite and isinstance(value, list):
            both = (merged[name] if isinstance(merged.get(name), list) else []) + value
            merged[name] = [one for at, one in enumerate(both) if canonical(one) not in map(canonical, both[:at])]
        else:
            merged[name] = value
    return merged


def wrong(message):
    return Failure("INVALID_ENTRY", message)


def sized(value):
    if len(canonical(value).encode()) > ENTRY_BYTES:
        raise wrong("the content is too large")
    return value


def read_content(body):
    if not body.HasField("content"):
        if body.op == DELETE:
            return {}
        raise wrong("there is no content")
    value = parse(body.content.data, "INVALID_ENTRY")
    if body.content.media_type.lower() not in ("", "application/json") or not isinstance(value, dict):
        raise wrong("the content is no JSON object")
    return sized(value)


def read_imprint(body, signal_id):
    key = check_text(body.merge_key, "INVALID_ENTRY") if body.HasField("merge_key") else None
    ttl = body.ttl.seconds * 1000 + body.ttl.nanos / 1e6 if body.HasField("ttl") else None
    plan = SimpleNamespace(op=body.op, id=body.id or None, key=key, content=read_content(body), ttl=ttl)
    plan.tags, plan.strategy = check_tags(body.tags, "INVALID_ENTRY"), body.strategy or 1
    plan.if_version = body.if_version if body.HasField("if_version") else None
    plan.imprint_id = body.imprint_id or signal_id
    if (plan.id and not ID.fullmatch(plan.id)) or not NAME.fullmatch(plan.imprint_id):
        raise wrong("an id has another form")
    if ttl is not None and (ttl != int(ttl) or not 0 < ttl <= 2e14 or body.op == DELETE):
        raise wrong("the ttl is no number of whole milliseconds above zero")
    if not 0 <= body.op <= DELETE or not 0 <= body.strategy <= 2:
        raise Failure("UNIMPLEMENTED", "an op or a strategy of a later version")
    is_placed, adds = bool(plan.id) or key is not None, body.op in (ADD, APPEND)
    if body.op == 0 or (body.op == APPEND and plan.id) or (not is_placed and (not adds or plan.if_version is not None)):
        raise wrong("there is no op, or it does not go with the place")
    return plan


class Space:
    """The entries of one namespace."""

    def __init__(self):
        self.entries, self.versions, self.seqs, self.told, self.revision = {}, {}, {}, {}, 0

    def live(self):
        now = time.time() * 1000
        return [one for one in self.entries.values() if one.expires is None or now < one.expires]

    def imprint(self, body, request):
        plan = read_imprint(body, request.id)
        parts = [plan.op, plan.key, plan.id, canonical(plan.content), plan.tags, plan.if_version, plan.ttl]
        text = repr([*parts, plan.strategy if plan.op == MERGE else None])
        print_of = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        before = self.told.get(plan.imprint_id)
        if before is None:
            try:
                outcome = self.decide(plan, request)
            except Failure as failure:
                outcome = failure
            self.told[plan.imprint_id] = (print_of, outcome)
        elif before[0] != print_of:
            raise Failure("IDEMPOTENCY_MISMATCH", "the imprint id was used for another imprint")
        else:
            outcome = before[1]
        again = {} if before is None else {"replayed": True}
        if isinstance(outcome, Failure):
            raise Failure(outcome.code, str(outcome), **outcome.detail, **again)
        return {**outcome, **again}

    def decide(self, plan, request):
        live = {one.id: one for one in self.live()}
        by_id = live.get(plan.id)
        key = plan.key if plan.key is not None else by_id.key if by_id else None
        under = [one for one in live.values() if key is not None and one.key == key]
        is_sequence = any(one.seq for one in under)
        record = None if is_sequence or not under else under[0]
        current = by_id if plan.id else record
        last = max(self.versions.get(("key", key), 0), self.versions.get(("id", plan.id), 0))
        version = current.version if current else self.versions[("key", key)] if is_sequence and not plan.id else 0
        if plan.id and plan.key is not None and (bool(under) if by_id is None else by_id.key != plan.key):
            raise Failure("ID_CONFLICT", "the key and the id are not of one entry")
        is_item = bool(by_id and by_id.seq) if plan.id else is_sequence
        if (record if plan.op == APPEND else plan.op != DELETE and is_item):
            raise Failure("KIND_CONFLICT", "a record is no sequence")
        if plan.if_version is not None and plan.if_version != version:
            raise Failure("VERSION_CONFLICT", "another version is there", current_version=version)
        if plan.op == ADD and version:
            raise Failure("ALREADY_EXISTS", "it is there", current_version=version)
        if plan.op == DELETE:
            gone = [current] if current else under if is_sequence and not plan.id else []
            for one in gone:
                self.raise_to(one.id, one.key, last + 1)
                del self.entries[one.id]
            told = {"id": current.id if current else "", "version": last + bool(gone), "deleted": bool(gone)}
            return {**told, **({} if key is None else {"merge_key": key})}
        return self.put(plan, request, None if plan.op == APPEND else current, last + 1)

    def raise_to(self, entry_id, key, version):
        self.revision += 1
        self.versions[("id", entry_id)] = version
        if key is not None:
            self.versions[("key", key)] = max(version, self.versions.get(("key", key), 0))

    def put(self, plan, request, current, version):
        is_merge, now = plan.op == MERGE, int(time.time() * 1000)
        content = plan.content
        if is_merge:
            try:
                content = sized(patch(current.content if current else {}, content, plan.strategy == 2))
            except ValueError as error:
                raise wrong(str(error))
        tags = check_tags([*(current.tags if current and is_merge else []), *plan.tags], "INVALID_ENTRY")
        kept = current.expires if current and is_merge else None
        key, seq = current.key if current else plan.key, None
        if plan.op == APPEND and plan.key is not None:
            self.seqs[plan.key] = seq = self.seqs.get(plan.key, 0) + 1
        entry_id = current.id if current else plan.id or f"eng_{ulid()}"
        self.raise_to(entry_id, key, version)
        made, updated = (current.made, max(now, current.updated)) if current else (now, now)
        self.entries[entry_id] = SimpleNamespace(
            id=entry_id, key=key, content=content, tags=tags, version=version, seq=seq, made=made, updated=updated,
            expires=kept if plan.ttl is None else now + int(plan.ttl), revision=self.revision,
            writer=(request.source, request.trace_id, plan.imprint_id))
        parts = {"merge_key": key, "seq": seq}
        told = {name: value for name, value in parts.items() if value is not None}
        return {"id": entry_id, "version": version, "created": current is None, **told}

    def recall(self, body):
        plan = read_query(body)
        as_of, after = plan.after[1:] if plan.after else (self.revision, None)
        if plan.after and plan.after[0] != plan.print_of:
            raise Failure("INVALID_CURSOR", "the cursor belongs to another query")
        scored = [(plan.score(one), one) for one in self.live() if one.revision <= as_of]
        found = sorted((one for one in scored if one[0] is not None), key=lambda one: one[1].id, reverse=True)
        found.sort(key=lambda one: (-one[0], -one[1].updated))
        rest = [one for one in found if after is None or place(one) > tuple(after)]
        page, room = [], ROOM
        for one in rest[: plan.top_k]:
            room -= len(canonical(one[1].content).encode()) + 4096
            if page and room < 0:
                break
            page.append(one)
        more = len(page) < len(rest)
        return page, write_cursor([plan.print_of, as_of, place(page[-1])]) if more else ""


def place(found):
    """Where a hit stands, in ascending order."""
    score, entry = found
    return (-score, -entry.updated, [-ord(one) for one in entry.id])


def write_cursor(parts):
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read_cursor(text):
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        print_of, as_of, (score, updated, entry_id) = parts
        if write_cursor(parts) == text and isinstance(print_of, str):
            return print_of, as_of, (score, updated, entry_id)
    except (ValueError, TypeError):
        pass
    raise Failure("INVALID_CURSOR", "no Engram made this cursor")


def refuse(message):
    return Failure("INVALID_FILTER", message)


def instant(body, name):
    time_of = getattr(body, name)
    return time_of.seconds * 1000 + -(-time_of.nanos // 1_000_000) if body.HasField(name) else None


def read_query(body):
    query, plan = body.query, Plan()
    if len(UnknownFieldSet(query)) or not 0 <= query.text_match <= 2:
        raise refuse("a part of the query is unknown")
    plan.words = tokens(query.text) if query.HasField("text") else None
    plan.any, plan.ids = query.text_match == 2, sorted(set(query.ids))
    plan.key = check_text(query.merge_key, "INVALID_FILTER") if query.HasField("merge_key") else None
    plan.tags = check_tags(query.tags, "INVALID_FILTER")
    plan.where = read_filter(query.where) if query.HasField("where") else None
    plan.since, plan.until = instant(query, "since"), instant(query, "until")
    plan.least, plan.top_k = query.min_score, 1 if body.mode == 1 else query.top_k or 50
    if plan.words == set() or not all(map(ID.fullmatch, plan.ids)) or len(plan.ids) > TAGS:
        raise refuse("a text without a word, or ids that are none or too many")
    if query.top_k > TOP_K or not 0 <= plan.least <= 1:
        raise refuse("top_k or min_score is out of range")
    words = None if plan.words is None else sorted(plan.words)
    parts = [words, plan.any, plan.ids, plan.key, plan.tags, plan.where, plan.since, plan.until, plan.least]
    plan.print_of = hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
    plan.after = read_cursor(query.cursor) if query.cursor else None
    return plan


class Plan(SimpleNamespace):
    """A query whose form is right."""

    def score(self, entry):
        fits = (not self.ids or entry.id in self.ids) and self.key in (None, entry.key)
        is_after = self.since is None or entry.updated >= self.since
        is_before = self.until is None or entry.updated < self.until
        if not (fits and is_after and is_before and set(self.tags) <= set(entry.tags)):
            return None
        score = 1.0
        if self.words is not None:
            sets = leaves(entry.content) + [tokens(tag) for tag in entry.tags]
            if not self.any and not self.words <= set().union(*sets):
                return None
            score = max((len(self.words & one) / len(self.words | one) for one in sets), default=0)
        is_found = score > 0 and score >= self.least and (self.where is None or holds(self.where, entry.content))
        return score if is_found else None


def read_filter(node, depth=1):
    kind = node.WhichOneof("node")
    if depth > FILTER_DEPTH or kind is None:
        raise refuse("a filter is too deep, or empty")
    if kind == "negation":
        return ("negation", read_filter(node.negation, depth + 1))
    if kind != "comparison":
        members = [read_filter(one, depth + 1) for one in getattr(node, kind).filters]
        if not members:
            raise refuse("a list of filters has no members")
        return (kind, members)
    one = node.comparison
    value = parse(one.value, "INVALID_FILTER")
    takes = {EXISTS: bool, PREFIX: str, IN: list, NIN: list, **dict.fromkeys((GT, GTE, LT, LTE), (str, float))}
    is_known = EQ <= one.op <= CONTAINS and not len(UnknownFieldSet(one))
    is_path = one.path == "" or (one.path[0] == "/" and not re.search("~(?![01])", one.path))
    if not is_known or not is_path or not isinstance(value, takes.get(one.op, object)):
        raise refuse("a comparison has a path, an operator or a value that does not fit")
    return ("comparison", one.path, one.op, value)


NOTHING = object()


def resolve(content, path):
    for part in path.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(content, dict):
            content = content.get(name, NOTHING)
        elif isinstance(content, list) and re.fullmatch("0|[1-9][0-9]*", name) and int(name) < len(content):
            content = content[int(name)]
        else:
            return NOTHING
    return content


def same(left, right):
    return canonical(left) == canonical(right)


def holds(condition, content):
    kind, *parts = condition
    if kind == "negation":
        return not holds(parts[0], content)
    if kind != "comparison":
        return (all if kind == "all" else any)(holds(one, content) for one in parts[0])
    path, op, value = parts
    field = resolve(content, path)
    if op == EXISTS or field is NOTHING:
        return op == EXISTS and (field is not NOTHING) == value
    is_in = isinstance(value, list) and any(same(field, one) for one in value)
    if op in (EQ, NE):
        return same(field, value) == (op == EQ)
    if op in (IN, NIN):
        return is_in == (op == IN)
    both_text = isinstance(field, str) and isinstance(value, str)
    if op == PREFIX:
        return both_text and field.startswith(value)
    if op == CONTAINS:
        return (both_text and value in field) or (isinstance(field, list) and any(same(one, value) for one in field))
    if not both_text and not (isinstance(field, float) and isinstance(value, float)):
        return False
    return {GT: field > value, GTE: field >= value, LT: field < value, LTE: field <= value}[op]
