"""What does the official mjml of npm make of a source? Installed by scripts/conformity, outside the repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

MODULE = Path(os.environ.get("POSTRIDER_MJML", ".data/mjml")).resolve() / "node_modules" / "mjml"

_PROGRAM = """
const compile = require(process.argv[1]);
const sources = JSON.parse(require("fs").readFileSync(0, "utf8"));
const made = sources.map((one) => {
  const { html, errors } = compile(one, { validationLevel: "soft", keepComments: true });
  return { html, errors: errors.map((error) => `${error.tagName}: ${error.message}`) };
});
console.log(JSON.stringify(made));
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    html: str
    errors: list[str]  # what it would not accept, were it strict


def why_missing() -> str:
    """Why the comparison cannot be made here; empty when it can."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not MODULE.is_dir():
        return "the official mjml is not installed: run scripts/conformity"
    return ""


def version() -> str:
    told: dict[str, str] = json.loads((MODULE / "package.json").read_text(encoding="utf-8"))
    return told["version"]


def compile_official(*sources: str) -> list[Official]:
    """Each MJML document as it compiles it."""
    run = subprocess.run(
        ["node", "-e", _PROGRAM, str(MODULE)], input=json.dumps(sources), capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    return [Official(**one) for one in json.loads(run.stdout)]
