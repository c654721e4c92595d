"""The block grammar: what is rendered is what is parsed, whatever the texts hold."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from deployer.generation.answers.grammar import (
    Block,
    ComputeBlock,
    ConvertBlock,
    Edit,
    EditBlock,
    FileBlock,
    StepsBlock,
    SupersedesBlock,
    render_blocks,
    unused_nonce,
)
from deployer.generation.answers.parser import parse
from local.model.reading import read_request

NONCE = "0badcafe"


def render(files: Mapping[str, str], nonce: str) -> str:
    """A complete answer with these files; `nonce` must stand in none of them."""
    return render_blocks([FileBlock(path, text) for path, text in files.items()], nonce)


troublesome = st.sampled_from(
    [
        f"=====FILE {NONCE} path=index.html=====",
        f"=====END {NONCE}=====",
        f"=====DONE {NONCE} blocks=1=====",
        f"=====DATA {NONCE} brief=====",
        NONCE,
        "=====END deadbeef=====",
        "```html",
        "```",
        "~~~",
        "<<<<<<< SEARCH",
        "=======",
        ">>>>>>> REPLACE",
        "&lt;b&gt;",
        "\r\n",
        "\r",
        "\n",
        "\u2028",
        "\x0b\x0c\x1c\x85",
        "“é🎨ا",
        "\x00",
    ]
)
letters = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
contents = st.lists(st.one_of(letters, troublesome, st.just("\n")), max_size=12).map("".join)
paths = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_ ./-]{0,20}\.[a-z]{1,5}", fullmatch=True)
files = st.dictionaries(paths, contents, max_size=5)


@given(files)
def test_a_rendered_site_is_parsed_to_the_same_site(site: dict[str, str]) -> None:
    nonce = unused_nonce(NONCE, [*site, *site.values()])

    parsed = parse(render(site, nonce), nonce)

    assert {block.path: block.text for block in file_blocks(parsed.blocks)} == site
    assert parsed.complete
    assert parsed.announced == len(site)


def file_blocks(blocks: tuple[Block, ...]) -> list[FileBlock]:
    assert all(isinstance(block, FileBlock) for block in blocks)
    return [block for block in blocks if isinstance(block, FileBlock)]


@given(files)
def test_a_site_survives_a_preamble_an_outer_fence_and_crlf(site: dict[str, str]) -> None:
    site = {path: text.replace("\r", "") for path, text in site.items()}
    nonce = unused_nonce(NONCE, [*site, *site.values()])
    answer = f"Sure!\n```\n{render(site, nonce)}```\nBye".replace("\n", "\r\n")

    assert {b.path: b.text for b in file_blocks(parse(answer, nonce).blocks)} == site


@given(files, st.data())
def test_a_cut_answer_is_never_complete_and_never_gives_a_part_of_a_file(
    site: dict[str, str], data: st.DataObject
) -> None:
    nonce = unused_nonce(NONCE, [*site, *site.values()])
    answer = render(site, nonce)
    # The end may be cut itself: a DONE line that has begun says that all blocks are there.
    end = data.draw(st.integers(0, answer.rindex(nonce) + len(nonce) - 1))

    parsed = parse(answer[:end], nonce)

    assert not parsed.complete
    assert all(site[block.path] == block.text for block in file_blocks(parsed.blocks))


plain_lines = st.text(alphabet="abc <>{}/\"'\t🎨", min_size=1, max_size=20)
edit_texts = st.lists(plain_lines, min_size=1, max_size=4).map("\n".join)


@given(
    paths, st.lists(st.builds(Edit, edit_texts, edit_texts | st.just("")), min_size=1, max_size=4)
)
def test_rendered_edits_are_parsed_to_the_same_edits(path: str, edits: list[Edit]) -> None:
    block = EditBlock(path, tuple(edits))

    assert parse(render_blocks([block], NONCE), NONCE).blocks == (block,)


names = paths | st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_ ,-]{0,20}\.csv", fullmatch=True)


@given(paths, st.lists(names, max_size=4, unique=True), contents)
def test_a_rendered_script_is_parsed_to_the_same_script(
    path: str, inputs: list[str], script: str
) -> None:
    nonce = unused_nonce(NONCE, [path, *inputs, script])
    block = ComputeBlock(path, tuple(inputs), script)

    parsed = parse(render_blocks([block], nonce), nonce)

    assert parsed.blocks == (block,)
    assert parsed.complete


def test_the_inputs_of_a_script_may_stand_before_its_path_in_quotes_or_be_missing() -> None:
    for words, inputs in {
        "from='a b.csv', c.csv path=`d.json`": ("a b.csv", "c.csv"),
        'path=d.json from="a, b.csv",c.csv, c.csv,': ("a, b.csv", "c.csv"),
        "path=d.json": (),
        "path=d.json from=": (),
    }.items():
        text = f"=====COMPUTE {NONCE} {words}=====\nreturn 1\n=====END {NONCE}=====\n"
        assert parse(text, NONCE).blocks == (ComputeBlock("d.json", inputs, "return 1"),)


def test_a_script_without_a_path_is_malformed_and_a_cut_one_is_named() -> None:
    without = parse(f"=====COMPUTE {NONCE} from=a.csv=====\n1\n=====END {NONCE}=====\n", NONCE)
    cut = parse(f"=====COMPUTE {NONCE} path=a.json from=a.csv=====\nreturn", NONCE)

    assert without.malformed == ("a COMPUTE line without path=",)
    assert (cut.unclosed, cut.blocks) == ("a.json", ())


def test_a_conversion_is_one_line() -> None:
    block = ConvertBlock("book 1.xlsx", "Sales 2026", "data/sales.csv")

    assert parse(render_blocks([block], NONCE), NONCE).blocks == (block,)


def test_an_end_line_for_a_conversion_does_no_harm() -> None:
    text = f"=====CONVERT {NONCE} from=a.xlsx sheet=S to=a.csv=====\n=====END {NONCE}=====\n"

    parsed = parse(f"{text}=====DONE {NONCE} blocks=1=====", NONCE)

    assert parsed.complete
    assert parsed.blocks == (ConvertBlock("a.xlsx", "S", "a.csv"),)


@given(st.lists(contents, max_size=4))
def test_the_nonce_stands_in_no_text_that_is_sent(texts: list[str]) -> None:
    nonce = unused_nonce(NONCE, texts)

    assert not any(nonce in text for text in texts)
    assert nonce == unused_nonce(NONCE, texts)


def test_the_stand_in_reads_what_a_prompt_says() -> None:
    text = f"=====DATA {NONCE} brief=====\nShow\nit\n=====END {NONCE}=====\nBuild."

    request = read_request(text)

    assert request is not None
    assert (request.nonce, request.brief) == (NONCE, "Show\nit")


def test_steps_and_taken_back_checks_come_back_as_they_were_rendered() -> None:
    blocks: list[Block] = [
        FileBlock("index.html", "<h1>Hi</h1>"),
        StepsBlock(4, ("click #go", "expect dialog Hello")),
        SupersedesBlock(2),
    ]

    parsed = parse(render_blocks(blocks, NONCE), NONCE)

    assert parsed.blocks == tuple(blocks)
    assert parsed.complete


def test_one_line_takes_back_several_checks() -> None:
    parsed = parse(f"=====SUPERSEDES {NONCE} earlier=1, 12=====\n", NONCE)

    assert parsed.blocks == (SupersedesBlock(1), SupersedesBlock(12))


def test_steps_without_a_check_are_malformed_and_cut_ones_are_no_file() -> None:
    without = parse(f"=====STEPS {NONCE} path=a=====\nclick #a\n=====END {NONCE}=====\n", NONCE)
    cut = parse(f"=====STEPS {NONCE} check=1=====\nclick #a\n", NONCE)

    assert without.malformed == ("a STEPS line needs check= and a number",)
    assert (cut.unclosed, cut.blocks) == (None, ())
