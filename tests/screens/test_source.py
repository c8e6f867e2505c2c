"""The QML source: linted against the Python it uses, formatted, and every text and drawing it names exists."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.texts import catalogue, places
from ui.drawings import FOLDER
from ui.window import QML

UI = QML.parent
BIN = Path(sys.executable).parent
FILES = sorted(QML.rglob("*.qml"))
# how PySide registers Python's own types
QT_NAMES = {"list": "QVariantList", "dict": "QVariantMap"}


def run(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BIN / tool, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def types(tmp_path_factory) -> Path:
    """An import path with the type information of the view models."""
    folder = tmp_path_factory.mktemp("types")
    models = UI / "viewmodels"
    # a base class first: the tool finds out what is a QObject as it reads
    sources = [models / "base.py", *sorted(set(models.glob("*.py")) - {models / "base.py", models / "__init__.py"})]
    dumped = run("pyside6-metaobjectdump", *sources)
    assert dumped.returncode == 0, dumped.stderr
    classes = json.loads(dumped.stdout)
    for properties in (each.get("properties", ()) for file in classes for each in file["classes"]):
        for each in properties:
            each["type"] = QT_NAMES.get(each["type"], each["type"])
    dump = folder / "models.json"
    dump.write_text(json.dumps(classes))
    module = folder / "Kiosk" / "ViewModels"
    module.mkdir(parents=True)
    version = ("--import-name", "Kiosk.ViewModels", "--major-version", "1", "--minor-version", "0")
    made = run(
        "pyside6-qmltyperegistrar",
        "--generate-qmltypes",
        module / "m.qmltypes",
        "-o",
        folder / "unused",
        *version,
        dump,
    )
    assert made.returncode == 0, made.stderr
    (module / "qmldir").write_text("module Kiosk.ViewModels\ntypeinfo m.qmltypes\n")
    return folder


def lint(types: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    return run("pyside6-qmllint", "-I", types, "-I", QML, "--max-warnings", "0", *files)


def test_qml_is_without_a_warning(types):
    linted = lint(types, *FILES)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_a_misspelt_property_of_a_view_model_is_found(types, tmp_path):
    page = (QML / "Kiosk" / "Pages" / "PinPage.qml").read_text("utf-8")
    wrong = tmp_path / "PinPage.qml"
    wrong.write_text(page.replace("page.vm.waitText", "page.vm.waitTxt"))
    linted = lint(types, wrong)
    assert linted.returncode != 0
    assert "waitTxt" in linted.stdout + linted.stderr


def test_qml_is_formatted(tmp_path):
    unformatted = []
    for file in FILES:
        formatted = run("pyside6-qmlformat", file)
        assert formatted.returncode == 0, formatted.stderr
        if formatted.stdout != file.read_text("utf-8"):
            unformatted.append(file.name)
    assert unformatted == []


def test_controls_are_listed_in_their_module():
    for folder in ("Controls", "Theme"):
        listed = re.findall(r"(\w+\.qml)$", (QML / "Kiosk" / folder / "qmldir").read_text(), re.MULTILINE)
        assert sorted(listed) == sorted(file.name for file in (QML / "Kiosk" / folder).glob("*.qml"))


def used_in_qml() -> set[str]:
    return {id for file in FILES for id in re.findall(r'Words\.of\("([^"]+)"\)', file.read_text("utf-8"))}


def used_in_python() -> set[str]:
    """String literals that look like ids of pages' texts."""
    found = set()
    for file in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("page."):
                found.add(node.value)
    return found - {"page."}


def test_every_text_of_a_page_is_in_the_catalogue_and_used():
    ours = {id for id in catalogue() if id.startswith("page.")}
    assert used_in_qml() | used_in_python() == ours


def test_a_label_in_qml_has_no_places_to_fill():
    assert [id for id in used_in_qml() if places(catalogue()[id]["zh"]) or places(catalogue()[id]["en"])] == []


def test_both_languages_fill_the_same_places():
    ours = {id: texts for id, texts in catalogue().items() if id.startswith("page.")}
    assert [id for id, texts in ours.items() if places(texts["zh"]) != places(texts["en"])] == []


def test_every_use_of_words_names_a_literal():
    # an id put together from parts could not be checked
    for file in FILES:
        text = file.read_text("utf-8")
        assert len(re.findall(r"Words\.of\(", text)) == len(re.findall(r'Words\.of\("[a-z0-9.\-]+"\)', text)), file.name


def test_every_drawing_is_one_outline_style_and_is_used():
    names = {file.stem for file in FOLDER.glob("*.svg")}
    source = "\n".join(file.read_text("utf-8") for file in (*FILES, *UI.rglob("*.py")))
    data = {"card", "list", "calendar", "shield", "certificate", "paper", "receipt", "id"}  # named by screens
    assert {name for name in names if f'"{name}"' not in source} - data == set()
    for name in names:
        drawing = (FOLDER / f"{name}.svg").read_text()
        assert 'stroke-width="1.8"' in drawing
        assert 'viewBox="0 0 24 24"' in drawing
        assert 'stroke="currentColor"' in drawing


def test_a_page_imports_view_models_and_our_controls_and_nothing_else():
    allowed = {"QtQuick", "QtQuick.Layouts", "QtQuick.Window", "QtQuick.Controls.Basic"}
    for file in FILES:
        imported = set(re.findall(r"^import (\S+)", file.read_text("utf-8"), re.MULTILINE))
        assert {each for each in imported if not each.startswith("Kiosk.")} <= allowed, file.name


def test_view_models_do_not_import_each_other():
    models = UI / "viewmodels"
    for file in models.glob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        ours = {module for module in modules if module.startswith("ui.viewmodels")}
        assert ours <= {"ui.viewmodels.base"}, file.name
