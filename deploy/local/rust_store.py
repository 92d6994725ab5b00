"""A quick server of the MongoDB protocol without Docker: SecantusDB's Rust build, made once by cargo into the cache.

Needs `cargo` on the path; building takes minutes and one core. Always run with `--sync-on-commit`: without it a
killed server loses writes it had acknowledged.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from deploy.local.apache import cache_folder
from deploy.local.probes import mongo_answers
from deploy.local.processes import LOOPBACK, Server, free_port

CRATE, VERSION = "secantus-mdb", "0.5.3-beta.193"
PROGRAM = "secantusd-rs"


def rust_store_program() -> Path:
    """The server's program, built when it is not there yet; RuntimeError says what is missing for that."""
    home = cache_folder() / "secantus" / VERSION
    program = home / "bin" / PROGRAM
    if program.is_file():
        return program
    if not shutil.which("cargo"):
        raise RuntimeError("the Rust store needs cargo on the path: install Rust, or use the embedded store")
    home.parent.mkdir(parents=True, exist_ok=True)
    # Built aside and moved whole, so that a broken build leaves no half folder. Its manifest asks for a newer
    # compiler than it needs.
    with tempfile.TemporaryDirectory(dir=home.parent) as aside:
        made = Path(aside) / "made"
        build = ["nice", "-n", "19", "cargo", "install", CRATE, "--version", VERSION]
        subprocess.run([*build, "--ignore-rust-version", "-j", "1", "--root", str(made)], check=True)
        if not home.is_dir():
            made.rename(home)
    return program


def rust_store(folder: Path, port: int | None = None) -> Server:
    """The store with its data in `folder`, acknowledged writes on disk; not yet started."""
    port = port or free_port()
    data = folder / "rust-store"
    data.mkdir(parents=True, exist_ok=True)
    command = [str(rust_store_program()), "--port", str(port), "--storage-path", str(data), "--sync-on-commit"]
    return Server("rust-store", command, port=port, folder=folder, answers=lambda: mongo_answers(port))


def rust_store_url(server: Server) -> str:
    """Where it is, with writes by majority and journaled."""
    return f"mongodb://{LOOPBACK}:{server.port}/?w=majority&journal=true"
