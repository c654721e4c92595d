"""Files in a brief: those that it wants, those that it does not, those to be corrected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from deployer.domain.site import Site
from deployer.domain.site_path import EVERY_SITES_PATHS
from deployer.generation.assignment import Assignment

_QUOTE = r"[`\"'\u2018\u2019\u201c\u201d]"
_NAME = rf"{_QUOTE}?\.?\w[\w-]*(?:[/.]\.?\w[\w-]*)*\.?{_QUOTE}?"
_LIST = rf"{_NAME}(?:(?:,|,? and|,? or|,? nor)\s+{_NAME})*"
_NOT = (
    r"\b(?:do(?:es)? not|don['\u2019]?t|never|must(?: not|n['\u2019]?t)|should(?: not|n['\u2019]?t)"
    r"|may not|cannot|can['\u2019]?t|without|avoid)\s+"
)
_SOME_FILE = (
    r"(?:(?:the|any|a|an|your|this|generated|built|file|files|named|called|output)\s+){0,4}"
)
_REPOSITORY = r"(?:the\s+|your\s+|this\s+)?(?:git\s+)?(?:repo|repository|commit|version control)\b"
_PUT = r"(?:includ|add|put|stor|keep|upload|publish|submit)\w*"
_KEEP = r"\b(?:leave|keep|leaving|keeping)\s+"
_IS_NOT = (
    r"\s+(?:itself\s+)?(?:must|should|shall|may|can|is|are|was)\s*(?:not|n['\u2019]t|never)\s+"
    r"(?:to\s+)?(?:be\s+)?"
)
_UNWANTED = (
    rf"{_NOT}(?:\w+\s+)?(?:commit|push|check\s+in|checking\s+in|track)\w*\s+{_SOME_FILE}({_LIST})",
    rf"{_NOT}(?:\w+\s+)?{_PUT}\s+{_SOME_FILE}({_LIST})\s+(?:in|into|to|on)\s+{_REPOSITORY}",
    rf"{_KEEP}{_SOME_FILE}({_LIST})\s+(?:uncommitted\b|out\s+of\s+{_REPOSITORY})",
    rf"\b(?:exclude|excluding)\s+{_SOME_FILE}({_LIST})\s+from\s+{_REPOSITORY}",
    rf"({_LIST}){_IS_NOT}(?:committed|pushed|checked\s+in|tracked|(?:part\s+of|in)\s+{_REPOSITORY})",
)


def unwanted_files(brief: str) -> frozenset[str]:
    """Files that the brief says not to commit, but for those that every site has."""
    found = [re.finditer(pattern, brief, re.IGNORECASE) for pattern in _UNWANTED]
    lists = (match[1] for matches in found for match in matches)
    names = (name for each in lists for name in re.findall(_NAME, each))
    plain = (name.strip("`\"'\u2018\u2019\u201c\u201d").rstrip(".") for name in names)
    return frozenset(name for name in plain if "." in name) - EVERY_SITES_PATHS


_MEND = (
    r"(?:fix|correct|repair|debug|mend|patch|rectify|edit|modify|modifi|updat|change|chang|adapt"
    r"|refactor|rewrit|complet|extend|improv|reformat|clean)(?:e|es|ed|ing|s|y)?(?:\s+up)?"
)
_MENDED = r"(?:fixed|corrected|repaired|debugged|mended|working|error-free)"
_FAULT = r"(?:bugs?|errors?|issues?|mistakes?|typos?|problems?|faults?|defects?)"
_FILLER = (
    rf"(?:(?:the|a|an|any|all|both|its|this|that|every|each|one|two|several|some|non-trivial|trivial"
    rf"|obvious|hidden|subtle|small|syntax|logic|logical|runtime|in|of|from|within|inside|attached"
    rf"|provided|given|supplied|file|script|code|program|module|python|broken|buggy|failing|existing"
    rf"|attachment|{_FAULT})\s+)*"
)


def to_correct(brief: str, names: Iterable[str]) -> frozenset[str]:
    """The files of `names` that the brief wants corrected; all others stay as they were sent.

    The correcting must be said of the file itself: "fix the layout" beside its name is not enough.
    """
    return frozenset(name for name in names if _wants_corrected(brief, name))


def _wants_corrected(brief: str, name: str) -> bool:
    quoted = rf"{_QUOTE}?(?<![\w/.-]){re.escape(name)}(?![\w/-]|\.\w){_QUOTE}?"
    then = r"\b(?:after|once|by|and|then|when|but)\s+(?:you(?:\s+have|['\u2019]ve)?\s+)?"
    version = r"(?:(?:version|copy|form)\s+of\s+)?(?:the\s+)?"
    said = (
        rf"\b{_MEND}\s+{_FILLER}{quoted}",
        rf"\b{_MENDED}\s+{version}{quoted}",
        rf"{quoted}[^.;\n]*?{then}{_MEND}\s+(?:it\b|them\b|{_FILLER}{_FAULT}\b)",
        rf"{quoted}[^.;\n]*?\b{_FAULT}\b[^.;\n]*[.;\n]\s*{_MEND}\s+(?:it|them|that|this|the)\b",
    )
    for pattern in said:
        for match in re.finditer(pattern, brief, re.IGNORECASE):
            if not re.search(rf"(?:{_NOT}|\bnot\s+)$", brief[: match.start()], re.IGNORECASE):
                return True
    return False


def attachment_names(assignment: Assignment) -> frozenset[str]:
    """Names of the files that came with this round and those before."""
    sent = {attachment.name for attachment in assignment.attachments}
    return frozenset({*sent, *assignment.earlier_attachments})


def correctable(assignment: Assignment) -> frozenset[str]:
    """The attachments that the brief wants corrected, so that the model may write them."""
    return to_correct(assignment.brief, attachment_names(assignment))


def with_correctable(site: Site, assignment: Assignment) -> Site:
    """`site` with those attachments that the brief wants corrected, so that they can be edited."""
    allowed = correctable(assignment)
    return site.with_files({a.name: a.content for a in assignment.attachments if a.name in allowed})


_FILE_NAME = re.compile(
    r"(?<![\w/.@*$-])((?:\.?[\w-]+/)*[\w-]+\.(?:html|css|js|json|csv|tsv|txt|md|svg|xml|ya?ml|py|ipynb))"
    r"(?![\w/-]|\.\w)"
)
_WITH_BLANKS = re.compile(rf"{_QUOTE}([\w-][\w ./-]* [\w ./-]*\.\w{{1,8}}){_QUOTE}")
_NOT_THE_SITES = re.compile(
    r"(?:\b(?:download|export|sav(?:e|ed|es|ing)\b|upload|select|choos|pick|drag|drop|import|paste"
    r"|delet|remov|rename|instead of|rather than|without|such as|for example|e\.g\.|like|unlike"
    r"|not\b|no\b|never|avoid)\w*\b[^.;:\n]{0,40}|[>|]\s*"
    r"|(?:\.(?:py|js|sh|ya?ml)|\bscript|\bworkflow|\bjob|\bpipeline|\bCI)\b[^.;:\n]{0,40}"
    r"\b(?:generat|produc|writ|output|creat)\w*\b[^.;:\n]{0,40})$",
    re.IGNORECASE,
)
"""Words before a file that comes from or goes to the page's user, or that a command makes."""
_OWN_CODE = re.compile(r"^(?:app|main|index|script|scripts|style|styles|sw|service-worker)\.\w+$")
"""Of scripts and style sheets without quotes: `three.js` and `water.css` are libraries."""


def named_files(brief: str, attachments: Iterable[str] = ()) -> Iterator[str]:
    """Files in a brief that the site is to have, as far as the words do not say otherwise."""
    unwanted, found = unwanted_files(brief), set[str]()
    for attachment in sorted(attachments, key=len, reverse=True):
        brief = brief.replace(attachment, " ")
    for name in [match[1] for match in _WITH_BLANKS.finditer(brief)]:
        brief = brief.replace(name, " ")
    for match in _FILE_NAME.finditer(brief):
        name, before = match[1], brief[: match.start()]
        code = name.endswith((".js", ".css")) and "/" not in name
        plain = code and not before.endswith(("`", '"', "'")) and not _OWN_CODE.match(name)
        if plain or name in unwanted or name.startswith(".github/") or before.endswith("#"):
            continue
        if name not in found and not _NOT_THE_SITES.search(before[-120:]):
            found.add(name)
            yield name
