import pytest

from deployer.domain.site_path import InvalidPathError, check_path


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
