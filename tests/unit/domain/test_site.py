import pytest

from deployer.domain.site import Site
from deployer.domain.site_path import InvalidPathError


def test_a_site_with_a_bad_path_cannot_exist() -> None:
    with pytest.raises(InvalidPathError):
        Site({"../index.html": b""})


def test_the_digest_tells_files_apart_that_join_to_the_same_text() -> None:
    assert Site({"a": b"bc"}).digest() != Site({"ab": b"c"}).digest()


def test_changes_since_holds_what_was_added_or_changed() -> None:
    before = Site({"a": b"1", "b": b"2"})
    after = Site({"a": b"1", "b": b"3", "c": b"4"})
    assert after.changes_since(before) == {"b": b"3", "c": b"4"}


@pytest.mark.parametrize(
    "paths",
    [("index.html", "index.html/x.js"), ("a/b", "a/b/c/d"), ("a/b/c", "a-b", "a/b")],
)
def test_a_site_has_no_file_that_is_a_folder(paths: tuple[str, ...]) -> None:
    with pytest.raises(InvalidPathError, match="a file for a folder"):
        Site(dict.fromkeys(paths, b""))
    with pytest.raises(InvalidPathError, match="a file for a folder"):
        Site().with_files(dict.fromkeys(paths, b""))


@pytest.mark.parametrize("paths", [("Data.csv", "data.csv"), ("a", "A/b"), ("a/b", "a.b", "ab")])
def test_a_site_has_what_git_has_room_for(paths: tuple[str, ...]) -> None:
    assert set(Site(dict.fromkeys(paths, b""))) == set(paths)


@pytest.mark.parametrize(
    ("new", "left"),
    [
        ("Data.csv", ["Data.csv", "a/b.js", "index.html"]),
        ("data.csv/x", ["a/b.js", "data.csv/x", "index.html"]),
        ("a", ["a", "data.csv", "index.html"]),
        ("A/B.js/c", ["A/B.js/c", "data.csv", "index.html"]),
        ("A/c.js", ["A/c.js", "a/b.js", "data.csv", "index.html"]),
        ("\uff44ata.csv", ["a/b.js", "index.html", "\uff44ata.csv"]),
    ],
)
def test_a_new_file_takes_the_place_of_what_it_cannot_stand_beside(
    new: str, left: list[str]
) -> None:
    site = Site({"index.html": b"1", "data.csv": b"2", "a/b.js": b"3"})
    changed = site.with_files({new: b"4"})
    assert list(changed) == left
    assert changed[new] == b"4"


def test_what_a_repository_has_in_two_spellings_stays_when_one_is_changed() -> None:
    read = Site({"Data.csv": b"1", "data.csv": b"2", "index.html": b"3"})
    changed = dict(read.with_files({"data.csv": b"4", "new.csv": b"5"}))
    assert changed == {"Data.csv": b"1", "data.csv": b"4", "index.html": b"3", "new.csv": b"5"}
