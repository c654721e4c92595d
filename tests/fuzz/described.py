"""Requests that schemathesis makes from docs/openapi.yaml: as it allows, and as it forbids."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core import NotSet

from tests.fuzz.request import Expected, Request
from tests.support.builders import a_data_uri
from tests.support.description import request_errors
from tests.support.gateway import STUDENT_SECRET

if TYPE_CHECKING:
    from tests.support.description import Description

hosts = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?\.(com|org|example\.edu)", fullmatch=True)
PUBLIC = re.compile(r"(?i:https)://[a-z][a-z0-9-]*\.(com|org|example\.edu)(:443|:8443)?/.*")
urls = st.builds(
    "{}://{}{}/{}".format,
    st.sampled_from(["https", "HTTPS"]),
    hosts,
    st.sampled_from(["", ":443", ":8443"]),
    st.from_regex(r"[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]{0,40}", fullmatch=True),
)
site_paths = st.from_regex(r"[a-z0-9_ä-ö]{1,8}(/x[a-z0-9._-]{0,7}[a-z0-9]){0,2}", fullmatch=True)
emails = st.from_regex(r"[a-z0-9!#$%&'*+=?^_`{|}~.ä-ö-]{1,20}@[a-z0-9.ä-ö-]{1,20}", fullmatch=True)
shown = st.from_regex(r"[!-~ä-ö][ -~ä-ö]{0,40}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).map("x{}".format)
data_uris = st.builds(a_data_uri, st.binary(max_size=200), st.sampled_from(["", "text/csv", "a/b"]))
FORMATS = {
    "uri": urls,
    "site-path": site_paths,
    "data-uri": data_uris,
    "shown-email": emails,
    "shown-text": shown,
    "text": texts,
}
for name, strategy in FORMATS.items():
    schemathesis.openapi.format(name, strategy)


def requests(description: Description) -> st.SearchStrategy[Request]:
    """Mostly POSTs, of both kinds; each GET once in a while."""
    post = description.operations["POST", "/api/deploy"]
    others = [one for key, one in description.operations.items() if key[0] == "GET"]
    allowed, forbidden = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
    return st.one_of(
        *(post.as_strategy(generation_mode=mode).map(_request) for mode in (allowed, forbidden)),
        *(post.as_strategy(generation_mode=mode).map(_request) for mode in (allowed, forbidden)),
        *(one.as_strategy(generation_mode=allowed).map(_request) for one in others),
    )


def _request(case: Case) -> Request:
    method = case.method.upper()
    if method == "GET":
        return Request(method, case.formatted_path)
    body = _admitted(case.body) if isinstance(case.body, dict) else case.body
    if _is_allowed(case):
        body = body | _distinct_attachments(body.get("attachments")) | _public_url(body)
    return Request(
        method, case.formatted_path, _to_bytes(body), expected=_expected(_is_allowed(case), body)
    )


def _is_allowed(case: Case) -> bool:
    assert case.meta is not None
    return case.meta.generation.mode is GenerationMode.POSITIVE


def _admitted(body: dict[str, Any]) -> dict[str, Any]:
    """With our secret, and a nonce of its own unless it is the very same request."""
    changed = dict(body)
    if changed.get("secret") and isinstance(changed["secret"], str):
        changed["secret"] = STUDENT_SECRET
    nonce = changed.get("nonce")
    if isinstance(nonce, str) and 0 < len(nonce) <= 256:
        changed["nonce"] = (nonce + hashlib.sha256(_to_bytes(body)).hexdigest())[-256:]
    return changed


def _distinct_attachments(attachments: Any) -> dict[str, Any]:
    """Attachments of which no two have the same name, which JSON Schema cannot ask for."""
    if not attachments:
        return {}
    named = [{**one, "name": f"{n}-{one['name']}"} for n, one in enumerate(attachments)]
    return {"attachments": named}


def _public_url(body: dict[str, Any]) -> dict[str, str]:
    """A public URL for one that the pattern allows and the words beside it do not."""
    if PUBLIC.fullmatch(body["evaluation_url"]):
        return {}
    return {"evaluation_url": "https://example.com/notify"}


def _to_bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if isinstance(body, NotSet) else json.dumps(body).encode()


def _expected(allowed: bool, body: Any) -> Expected:
    """A mutation can leave the body valid by the schema and yet break a rule that is only said."""
    if allowed:
        return Expected.ACCEPTANCE
    if isinstance(body, NotSet | bytes) or request_errors(body):
        return Expected.REFUSAL
    return Expected.ANY
