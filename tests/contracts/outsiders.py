"""Node's programs that read our documents, installed once into the cache from exact versions in node/package.json."""

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from deploy.local.apache import cache_folder

HERE = Path(__file__).parent / "node"
PACKAGES = HERE / "package.json"
SEVERITIES = ("error", "warning", "information", "hint")


def installed() -> Path:
    """The folder with node_modules. RuntimeError says what is missing."""
    if not (shutil.which("node") and shutil.which("npm")):
        raise RuntimeError("needs node and npm on the path: install them (Debian: nodejs, npm)")
    folder = cache_folder() / "node" / hashlib.sha256(PACKAGES.read_bytes()).hexdigest()[:16]
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Installed aside and moved whole, so that a broken fetch leaves no half folder.
    with tempfile.TemporaryDirectory(dir=folder.parent) as aside:
        shutil.copy(PACKAGES, aside)
        quietly = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        subprocess.run(["npm", "install", *quietly], cwd=aside, check=True)
        if not folder.is_dir():
            Path(aside).rename(folder)
            Path(aside).mkdir()
    return folder


def asyncapi_says(file: Path) -> list[str]:
    """What @asyncapi/parser has to say of a document, whatever its severity."""
    command = ["node", str(HERE / "asyncapi.mjs"), str(file.resolve())]
    done = subprocess.run(command, cwd=installed(), capture_output=True, text=True, check=True)
    *told, last = [json.loads(line) for line in done.stdout.splitlines()]
    said = [f"{SEVERITIES[each['severity']]} {each['code']} at {each['at']}: {each['message']}" for each in told]
    return said if last["parsed"] else [*said, "error: not parsed"]


def spectral_says(document: dict[str, Any], folder: Path) -> list[str]:
    """What Spectral has to say of an OpenAPI document under our rule set, whatever its severity."""
    file = folder / "openapi.json"
    file.write_text(json.dumps(document), "utf-8")
    home = installed()
    command = [str(home / "node_modules/.bin/spectral"), "lint", "-r", str(HERE / "spectral.yaml"), "-f", "json",
               "--fail-severity", "hint", str(file)]  # fmt: skip
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1) and done.stdout.startswith("["), done.stdout + done.stderr
    found, _ = json.JSONDecoder().raw_decode(done.stdout)
    return [
        f"{SEVERITIES[f['severity']]} {f['code']} at {'/'.join(map(str, f['path']))}: {f['message']}" for f in found
    ]
