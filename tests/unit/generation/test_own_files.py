"""The files that are ours, put over those of the model or of an earlier round."""

from __future__ import annotations

from deployer.domain.site import Site
from deployer.generation.own_files import with_own_files
from tests.unit.generation.builders import attachment, build

EARLIER = Site({"index.html": b"<p>", "README.md": b"#", "data.csv": b"old", "x": b"1"})


def test_an_attachment_takes_the_place_of_a_file_that_some_systems_take_for_it() -> None:
    sent = (attachment("Data.csv", b"new"), attachment("x/y.csv", b"2"))
    site = with_own_files(EARLIER, build("Show it.", attachments=sent, current=EARLIER))
    assert set(site) == {
        ".nojekyll", "Data.csv", "LICENSE", "README.md", "index.html", "x/y.csv",
    }  # fmt: skip
    assert (site["Data.csv"], site["x/y.csv"]) == (b"new", b"2")
