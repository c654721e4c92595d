"""Read the words of a caller: the hosts that they name, and whether a page's user chooses one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deployer.domain.policy import ANY, Kind, Policy, policy
from deployer.generation.reading.urls import authorities_in, host

_READ = (Kind.CONNECT, Kind.IMG, Kind.MEDIA, Kind.FONT, Kind.STYLE, Kind.FRAME, Kind.FORM)
"""Uses of a host that a caller names: all but running its code."""
_BARE = re.compile(r"(?<![\w@./-])((?:[a-z0-9-]+\.)+[a-z]{2,24})(?![\w-]|\.\w)", re.IGNORECASE)
_FILE = re.compile(
    r"\.(?:html?|css|[mc]?js|[jt]sx?|json|[ct]sv|md|txt|xml|svg|png|jpe?g|gif|webp|ico|pdf|py|ya?ml|toml"
    r"|zip|xlsx?|docx?|sh|ipynb|log|wasm|mp[34]|wav|webm|geojson|lock|env|sql|db|java|go|rs|rb|php|cpp"
    r"|map|woff2?|ttf)$",
    re.IGNORECASE,
)
"""Files are named as hosts are, but for what follows the last dot."""
_CODE = re.compile(
    r"(?:document|window|console|math|json|object|array|promise|navigator|location|this|event|node"
    r"|three|next|vue|chart|d3|p5|localstorage|sessionstorage|url|date|number|string|[ei])\.",
    re.IGNORECASE,
)
"""JavaScript in a check, and abbreviations."""
_CODE_URL = re.compile(r"""https?://[^\s"'<>`)\]]+?\.m?js\b""", re.IGNORECASE)
_CODE_WORDS = re.compile(
    r"\b(?:scripts?|librar(?:y|ies)|cdn|sdk|widgets?|loads?|imports?|embeds?)\b", re.IGNORECASE
)
_SERVICE_LABELS = frozenset(
    {"api", "www", "data", "cdn", "static", "img", "images", "media", "assets", "tile", "tiles"}
)
"""Names that an owner gives to parts of one service."""
_EVERYBODYS = re.compile(
    r"\.(?:(?:github|gitlab|gitbook|readthedocs|ngrok)\.io|(?:herokuapp|firebaseapp|firebaseio|appspot"
    r"|amazonaws|blogspot|onrender|googleapis|googleusercontent|githubusercontent|wixsite|wordpress"
    r"|tumblr|sharepoint|azurewebsites|cloudfront)\.(?:com|net)|(?:vercel|netlify|web|run|railway"
    r"|replit|streamlit|ngrok-free)\.app|(?:pages|workers|fly|deno)\.dev|hf\.space|supabase\.co"
    r"|surge\.sh|glitch\.me|repl\.co|(?:co|com|org|net|ac|gov|edu)\.[a-z]{2})$"
)
"""Domains below which anybody can have a name (publicsuffix.org, as far as briefs meet it)."""
_CHOSEN = re.compile(
    r"[?&](?:url|uri|src|source|href|link|image|img|feed|endpoint|proxy|target)="
    r"|\b(?:any|arbitrary|custom|entered|pasted|remote|user'?s?|given) (?:\w+ )?"
    r"(?:url|link|feed)s?\b"
    r"|\burl (?:input|field|box|parameter)\b|\burl (?:is|that is|to be) (?:entered|given|pasted)\b"
    r"|\b(?:enters?|pastes?|types?|provides?|accepts?|takes?|supports?|inputs?|from|by|given) "
    r"(?:a|an|any|image|picture|video|feed|page|website) ?(?:\w+ )?urls?\b",
    re.IGNORECASE,
)
"""The user of the page chooses an address."""


def named_policy(words: str) -> Policy:
    """The hosts that stand in `words`, and every host where they let the page's user choose one."""
    return policy([*_named(words), *_chosen(words)])


def _named(words: str) -> Iterator[tuple[Kind, str]]:
    for name in named_hosts(words):
        for source in (name, *_kin(name)):
            yield from ((kind, source) for kind in _READ)
    for address in _CODE_URL.findall(words):
        yield Kind.SCRIPT, _folder(address)
    for line in re.split(r"[\n;]|(?<=[.!?])\s", words):
        if _CODE_WORDS.search(line):
            yield from ((Kind.SCRIPT, name) for name in named_hosts(line))


def named_hosts(words: str) -> frozenset[str]:
    """The hosts that a text names: in an address, or as a bare name such as `api.example.org`."""
    in_addresses = {host(found).removeprefix("{s}.") for found in authorities_in(words)}
    bare = {
        match[1].lower()
        for match in _BARE.finditer(words)
        if not _FILE.search(match[1]) and not _CODE.match(match[1])
    }
    return frozenset(name for name in in_addresses | bare if _is_name(name))


def _is_name(name: str) -> bool:
    return bool(re.fullmatch(r"(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]+", name))


def _kin(name: str) -> Iterator[str]:
    """The forms in which a named host is also asked: names below it, and its domain's siblings."""
    if _EVERYBODYS.search(f".{name}"):
        return
    yield f"*.{name}"
    label, _, parent = name.partition(".")
    if label in _SERVICE_LABELS and "." in parent and not _EVERYBODYS.search(f".{parent}"):
        yield parent
        yield f"*.{parent}"


def _chosen(words: str) -> Iterator[tuple[Kind, str]]:
    if _CHOSEN.search(words):
        yield from ((kind, ANY) for kind in (Kind.CONNECT, Kind.IMG, Kind.MEDIA))


def _folder(address: str) -> str:
    """The folder of a script, for what it loads from beside itself."""
    secure = re.sub(r"^http:", "https:", address, flags=re.IGNORECASE)
    return secure[: secure.rindex("/") + 1]
