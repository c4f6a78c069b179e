"""OSCAL documents through the command line."""

import gzip
import json

import pytest
from typer.testing import CliRunner

from garrison.cli.oscal import app

runner = CliRunner()
CATALOG = {"catalog": {"uuid": "c", "metadata": {"title": "Doors"}, "controls": [{"id": "d-1", "title": "Lock"}]}}
PROFILE = {
    "profile": {
        "uuid": "p",
        "metadata": {"title": "Few"},
        "imports": [{"href": "doors.json", "include-controls": [{"with-ids": ["d-1"]}]}],
    }
}


@pytest.fixture
def files(tmp_path):
    (tmp_path / "doors.json").write_text(json.dumps(CATALOG))
    (tmp_path / "profile.json").write_text(json.dumps(PROFILE))
    (tmp_path / "doors.json.gz").write_bytes(gzip.compress(json.dumps(CATALOG).encode()))
    return tmp_path


def test_there_and_back(files):
    for syntax in ("xml", "yaml", "json"):
        out = files / f"out.{syntax}"
        assert (
            runner.invoke(app, ["convert", str(files / "doors.json.gz"), "--to", syntax, "-o", str(out)]).exit_code == 0
        )
        back = runner.invoke(app, ["convert", str(out), "--to", "json"])
        assert json.loads(back.stdout) == CATALOG


def test_a_profile_finds_its_catalogue_beside_it(files):
    done = runner.invoke(app, ["resolve", str(files / "profile.json"), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {"named": 1, "resolved": 1, "carried": [], "missing": []}
    whole = runner.invoke(app, ["resolve", str(files / "profile.json"), "--source", str(files / "doors.json.gz")])
    assert json.loads(whole.stdout)["catalog"]["controls"][0]["id"] == "d-1"


def test_a_name_that_no_source_has_is_told(files):
    profile = json.loads(json.dumps(PROFILE))
    profile["profile"]["imports"][0]["include-controls"][0]["with-ids"].append("d-9")
    (files / "profile.json").write_text(json.dumps(profile))
    done = runner.invoke(app, ["resolve", str(files / "profile.json")])
    assert done.exit_code == 3
    assert "d-9 is named and is in no source" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["convert", "none.json"], "cannot be read"),
        (["convert", "doors.json", "--to", "pdf"], "not json, xml or yaml"),
        (["convert", "broken.json"], ""),
        (["resolve", "doors.json"], "only profiles are resolved"),
        (["resolve", "lonely.json"], "give that file by --source"),
        (["resolve", "circle.json"], "circle"),
        (["convert", "doors.json", "-o", "no/such/folder"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(files, arguments, words, monkeypatch):
    monkeypatch.chdir(files)
    (files / "broken.json").write_bytes(b'{"catalog": ')
    lonely = {"profile": {"uuid": "l", "imports": [{"href": "elsewhere.json"}]}}
    (files / "lonely.json").write_text(json.dumps(lonely))
    circle = {"profile": {"uuid": "l", "imports": [{"href": "circle.json"}]}}
    (files / "circle.json").write_text(json.dumps(circle))
    done = runner.invoke(app, arguments)
    assert done.exit_code == 2
    assert words in done.output
    assert "Traceback" not in done.output
