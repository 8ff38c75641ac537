"""What may be wrong with a request: bodies that cannot be read, fields of no meaning, references of others."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from comment_factory import PAGE
from engagement_widgets import Page
from sendings import FORM, JSON, Body, Fields, Sending, document_body, form_body
from whole_site import Site, reference


def unreadable_forms(fields: Fields) -> Iterator[tuple[str, Body]]:
    """The right fields in a body that cannot be read, each in its own way."""
    good = urlencode(fields).encode()
    form = {"content-type": FORM}
    yield "no type", Body(content=good)
    for kind in (JSON, "text/plain", "multipart/form-data; boundary=x", f"{FORM}; charset=latin-1", ""):
        yield f"type {kind!r}", Body(content=good, headers={"content-type": kind})
    yield "gzip", Body(content=good, headers={**form, "content-encoding": "gzip"})
    for name, more in {
        "invalid UTF-8": b"x=%ff%fe",
        "raw invalid UTF-8": b"x=\xff",
        "lone surrogate": b"x=%ed%a0%80",
        "NUL": b"x=%00",
        "raw NUL": b"x=\0",
        "truncated escape": b"x=%4",
        "no escape": b"%zz=x",
        "duplicate": b"x=1&x=1",
        "duplicate by escape": b"x=1&%78=1",
        "1 MB": b"x=" + b"y" * 1_000_000,
        "many fields": b"&".join(b"f%d=1" % number for number in range(60)),
    }.items():
        yield name, Body(content=good + b"&" + more, headers=form)


def unreadable_documents(fields: Fields) -> Iterator[tuple[str, Body]]:
    """The same as JSON."""
    good = json.dumps(fields).encode()
    kind = {"content-type": JSON}
    yield "no type", Body(content=good)
    for other in (FORM, "text/plain", "text/json", f"{JSON}; charset=latin-1", ""):
        yield f"type {other!r}", Body(content=good, headers={"content-type": other})
    yield "gzip", Body(content=good, headers={**kind, "content-encoding": "gzip"})
    for name, content in _no_objects(good):
        yield name, Body(content=content, headers=kind)
    for name, more in _UNREADABLE_MEMBERS.items():
        yield name, Body(content=good[:-1] + (b"," if fields else b"") + more + b"}", headers=kind)


def _no_objects(good: bytes) -> Iterator[tuple[str, bytes]]:
    yield "nothing", b""
    yield "half", good[:-1]
    yield "two", good + good
    yield "array", b"[" + good + b"]"
    yield "empty array", b"[]"
    yield from ((value, value.encode()) for value in ("null", "7", '"x"', "true"))
    yield "deep array", b"[" * 50_000
    yield "deep object", b'{"a":' * 5_000 + b"1" + b"}" * 5_000
    yield "UTF-16", good.decode().encode("utf-16")
    yield "byte order mark", b"\xef\xbb\xbf" + good


# Beside the right fields.
_UNREADABLE_MEMBERS: Mapping[str, bytes] = {
    "invalid UTF-8": b'"x":"\xff"',
    "NUL": b'"x":"\\u0000"',
    "raw NUL": b'"x":"\0"',
    "lone surrogate": b'"x":"\\ud800"',
    "surrogates reversed": b'"x":"\\udc00\\ud800"',
    "surrogate as a name": b'"\\ud800":1',
    "duplicate": b'"x":1,"x":1',
    "NaN": b'"x":NaN',
    "Infinity": b'"x":-Infinity',
    "endless number": b'"x":' + b"9" * 5_000,
    "1 MB": b'"x":"' + b"y" * 1_000_000 + b'"',
    "deep": b'"x":' + b"[" * 20 + b"]" * 20,
    "unknown field": b'"x":1',
}


def wrong_form_fields(sending: Sending, fields: Fields) -> Iterator[tuple[str, Body]]:
    """One field at a time missing, empty, of no meaning, too long, with a control character."""
    for name in sorted(fields.keys() - sending.loose):
        values: dict[str, str | None] = {"long": "x" * 20_000, "control": "a\x07b"}
        if name not in sending.optional:
            values |= {"missing": None, "empty": ""}
        if name not in sending.text:
            values |= {"brackets": "[]", "foreign digit": "٣", "minus": "-1"}
        if name == "version":
            values |= {"huge": "9" * 20}
        for kind, value in values.items():
            changed = {key: text for key, text in {**fields, name: value}.items() if text is not None}
            yield f"{name} {kind}", form_body(changed)


def wrong_document_fields(sending: Sending, fields: Fields, schema: Mapping[str, Any]) -> Iterator[tuple[str, Body]]:
    """One field at a time missing, or of every type that its schema does not name, or with a value that cannot be."""
    samples: Mapping[str, tuple[Any, ...]] = {
        "null": (None,),
        "array": ([], ["x"]),
        "object": ({}, {"a": 1}),
        "boolean": (True,),
        "string": ("", "x\u0007y", "x" * 20_000),
        "integer": (10**19, -(10**19), 0),
        "number": (1.5,),
    }
    for name, shape in schema["properties"].items():
        named = {part.get("type", "string") for part in shape.get("anyOf", [shape])}
        for kind, values in samples.items():
            for value in values if kind not in named else _never(kind, name, sending):
                yield f"{name} = {str(value)[:20]!r}", document_body({**fields, name: value})
        if name in schema.get("required", ()):
            yield f"{name} missing", document_body({key: value for key, value in fields.items() if key != name})


def _never(kind: str, name: str, sending: Sending) -> tuple[Any, ...]:
    """Values of the right type that cannot be right."""
    if kind == "integer":
        return (10**19, -1, 2**63, -(2**63) - 1)
    if kind == "string":
        return ("x\u0007y", "x" * 20_000) if name in sending.text else ("x\u0007y", "x" * 20_000, "[]")
    return ()


def wrong_references(site: Site) -> Iterator[tuple[str, str]]:
    """Page references that are none of ours, or of another site, in every way somebody could make one."""
    good = reference(site.ctx)
    other = reference(site.ctx, Page(key="tin/khac", url="/khac", title="Khác"))
    payload, signature = good.rsplit(".", 1)
    yield "no reference", "x"
    yield "cut", good[:-1]
    yield "longer", good + "A"
    yield "spliced", f"{other.rsplit('.', 1)[0]}.{signature}"
    yield "without signature", payload
    yield "empty signature", f"{payload}."
    yield "other purpose", site.ctx.secrets.sign("cursor", ["test", PAGE.key, "/", "T", "", None])
    yield "other shape", site.ctx.secrets.sign("page-reference", ["test", PAGE.key])
    yield "other kind", site.ctx.secrets.sign("page-reference", 7)
    yield "not ASCII", "é" * 40
    yield "control character", good + "\x07"
    yield "very long", "x" * 30_000
