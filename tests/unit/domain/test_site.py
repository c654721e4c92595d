import pytest

from deployer.domain.site import InvalidPathError, Site, check_path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../up",
        "a/../../b",
        "a//b",
        "./a",
        "a/.",
        "a\\b",
        "C:/x",
        "a\x00b",
        "a\nb",
        ".git/config",
        "sub/.GIT/hooks",
        ".gitattributes",
        " a",
        "a ",
        "x" * 256,
    ],
)
def test_a_path_that_could_leave_the_site_is_refused(path: str) -> None:
    with pytest.raises(InvalidPathError):
        check_path(path)


@pytest.mark.parametrize("path", ["index.html", "a b.csv", "données/été.json", ".nojekyll"])
def test_a_plain_path_is_kept(path: str) -> None:
    assert check_path(path) == path


def test_a_site_with_a_bad_path_cannot_exist() -> None:
    with pytest.raises(InvalidPathError):
        Site({"../index.html": b""})


def test_the_digest_tells_files_apart_that_join_to_the_same_text() -> None:
    assert Site({"a": b"bc"}).digest() != Site({"ab": b"c"}).digest()


def test_changes_since_holds_what_was_added_or_changed() -> None:
    before = Site({"a": b"1", "b": b"2"})
    after = Site({"a": b"1", "b": b"3", "c": b"4"})
    assert after.changes_since(before) == {"b": b"3", "c": b"4"}
